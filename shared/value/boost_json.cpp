// Boost.JSON, compiled once: the core links no library that it does not bring.
#include <boost/json/src.hpp>
