// Page cursors, which come back from applications: any text is one of this query or an error. Two cursors, with a
// newline between them: where the page begins, and where it ends.
#include "tests/fuzz/cursor_query.hpp"
#include "tests/fuzz/fuzz.hpp"

void syncline::Fuzz(ByteView input) {
  static CursorQuery query;
  const std::size_t middle = input.find('\n');
  PageRequest request;
  request.size = 3;
  request.cursor = std::string(input.substr(0, middle));
  if (middle != ByteView::npos) request.end_cursor = std::string(input.substr(middle + 1));
  const Result<QueryPage> page = query.Page(request);
  if (!page) return;
  // What a page says of its end is good for the next.
  request.cursor = page->continue_cursor;
  CHECK(query.Page(request));
}
