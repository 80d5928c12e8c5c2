internal import SimulatorSupport

/// The objects of one resource, in the order of their namespaces and names.
struct ObjectTable: Sendable {
  /// One object with its place.
  struct Row: Sendable {
    var namespace: String
    var name: String
    var object: JSON
  }

  private(set) var rows: [Row]

  init(rows: [Row] = []) {
    self.rows = rows
  }

  subscript(_ namespace: String?, _ name: String) -> JSON? {
    get {
      let place = place(namespace ?? "", name)
      return isThere(place, namespace, name) ? rows[place].object : nil
    }
    set {
      let place = place(namespace ?? "", name)
      switch (isThere(place, namespace, name), newValue) {
      case (true, let object?): rows[place].object = object
      case (true, nil): rows.remove(at: place)
      case (false, let object?):
        rows.insert(Row(namespace: namespace ?? "", name: name, object: object), at: place)
      case (false, nil): break
      }
    }
  }

  /// Those of a namespace; nil: all.
  func rows(in namespace: String?) -> ArraySlice<Row> {
    guard let namespace else { return rows[...] }
    return rows[place(namespace, "")..<place(namespace + "\u{0}", "")]
  }

  private func isThere(_ place: Int, _ namespace: String?, _ name: String) -> Bool {
    place < rows.count && rows[place].name == name && rows[place].namespace == namespace ?? ""
  }

  /// The first place whose row does not come before that namespace and name.
  private func place(_ namespace: String, _ name: String) -> Int {
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      let row = rows[middle]
      if (row.namespace, row.name) < (namespace, name) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
