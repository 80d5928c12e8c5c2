extension Sequence {
  /// The elements in order; equals stay as they are.
  ///
  /// `sorted(by:)` is compiled anew for every type of elements, four kilobytes each. This sorts numbers, of which there is one
  /// type.
  package func ordered(by isBefore: (Element, Element) -> Bool) -> [Element] {
    let elements = Array(self)
    return elements.indices.sorted { isBefore(elements[$0], elements[$1]) }.map { elements[$0] }
  }
}
