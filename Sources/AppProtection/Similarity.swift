/// Which of `names` are most like `name`, for a message that says what there is.
///
/// Ordered by edit distance, then alphabetically; at most `limit`.
package func nearest(to name: String, among names: [String], limit: Int) -> [String] {
  Set(names)
    .map { (candidate: $0, distance: editDistance($0, name)) }
    .ordered { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }
    .prefix(limit)
    .map(\.candidate)
}

/// Levenshtein's distance in bytes; texts are compared by their first 64 bytes.
private func editDistance(_ left: String, _ right: String) -> Int {
  let (left, right) = (Array(left.utf8.prefix(64)), Array(right.utf8.prefix(64)))
  var previous = Array(0...right.count)
  for (row, leftByte) in left.enumerated() {
    var current = [row + 1]
    for (column, rightByte) in right.enumerated() {
      let replaced = previous[column] + (leftByte == rightByte ? 0 : 1)
      current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
    }
    previous = current
  }
  return previous[right.count]
}
