// The content of a list: every position that is still needed, in the order of the list, in runs, and what
// was written to elements since they were inserted. The values of the elements are not in it: they are the
// field's visible value.
//
//   content  = version:1 (01)  next  table (replica_table.hpp)  positions  run*  written  element*
//   run      = flags:1  replica  counter  [count - 2]  [parent  [anchor]]  [rank]  [element  stamp]  [minute]
//              count positions, each after the first put behind the one before it in one go
//   flags    = 1 put behind the one before it in one go: no parent and no anchor stand here
//            | 2 on its parent's left side: no anchor stands here
//            | 4 restores | 8 a rank of its own | 10 moved there: element and stamp stand here
//            | 20 its element stood here when it was removed: minute stands here | 40 a count stands here
//   parent, anchor = place in the order, from 1; 0: the root, or behind the last
//   rank, element  = replica  counter
//   stamp    = time  replica
//   minute, time   = what it is above the one before it in the content, zigzag
//   element  = place  writes  (size:varint path  stamp  [value])*, for each of `written` elements, places
//              counted from the element before it among those that are there; a value (shared/value/key.hpp)
//              only where the element has no such place to show it
//
// All numbers are varints, a replica is its place in the table. Example, an element that replica 3 inserted
// into an empty list: 01 01 01 0300000000000000 01 01 00 00 00.
#pragma once
