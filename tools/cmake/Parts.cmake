# How a part of the house is built: warnings, third-party headers, unit tests beside the code.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

# Prepared by tools/deps: headers of boost and cereal in a folder of their own (never /usr/include,
# which would leak the host's libc into the wasm build), and SQLite's amalgamation.
set(SYNCLINE_DEPS ${CMAKE_SOURCE_DIR}/build/deps CACHE PATH "where tools/deps put third-party sources")

add_library(project_options INTERFACE)
target_compile_options(project_options INTERFACE -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion
  -Wno-sign-conversion)
target_include_directories(project_options INTERFACE ${CMAKE_SOURCE_DIR})
target_include_directories(project_options SYSTEM INTERFACE ${SYNCLINE_DEPS}/include)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports moved-from variants as uninitialised when it inlines them.
  target_compile_options(project_options INTERFACE -Wno-maybe-uninitialized)
endif()

# For the browser's size: what runs once, or for a person to read, is made small and not fast; what runs for
# each row is inlined as the compiler likes; in all else, only functions as small as std::string::size().
function(syncline_inline_less)
  foreach(source ${ARGN})
    if(source MATCHES "(_parse|_describe|_indexes|_calls|_system|_sql|_session|_strict|_log|layout|sql_reader|salvage|invariants|pattern|ruling|completion|state_after|history|undo|strict|parsing|transitions|compaction|merge/(set|list|element|counter|text_(anchor|compact|difference|undo))[a-z_]*)\\.cpp$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "-Oz;-fno-inline-functions")
    elseif(NOT source MATCHES "/(block|row_block|stream_block|table_store|key|json_parse|id)\\.cpp$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "-mllvm;-inline-threshold=15")
    endif()
  endforeach()
endfunction()

# syncline_part(name SOURCES ... LINKS ...): a static library of the folder, and its unit tests
# (*_test.cpp beside the code) gathered into the global list that shared/CMakeLists.txt links.
function(syncline_part name)
  cmake_parse_arguments(PART "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cpp)
  if(tests)
    list(REMOVE_ITEM sources ${tests})
  endif()
  if(EMSCRIPTEN)
    syncline_inline_less(${sources})
  endif()
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC project_options ${PART_LINKS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE project_options ${PART_LINKS})
  endif()
  set_property(GLOBAL APPEND PROPERTY SYNCLINE_TESTS ${tests})
  set_property(GLOBAL APPEND PROPERTY SYNCLINE_PARTS ${name})
endfunction()

# Boost.JSON is compiled once, in shared/value/boost_json.cpp; who uses it by name gets that.
add_library(boost_json INTERFACE)
target_link_libraries(boost_json INTERFACE shared_value)
