/// An object that a table holds.
///
/// Its identifier and its owner never change; its name may.
protocol TableObject: Sendable {
  var id: String { get }
  var name: String { get }
  /// The identifier of what it belongs to.
  var owner: String { get }
  /// Whether there are so many of one name that looking them up is not worth the memory.
  static var namesAreCommon: Bool { get }
}

extension Application: TableObject {
  var owner: String { cluster }
  static let namesAreCommon = false
}

extension RecoveryPoint: TableObject {
  var owner: String { application }
  static let namesAreCommon = true
}

extension Namespace: TableObject {
  var owner: String { cluster }
  static let namesAreCommon = false
}

/// Objects in order of insertion, indexed by identifier, owner and name.
///
/// A small table is a plain array, which is copied and searched faster than any dictionary; a large one has lookup
/// dictionaries too. An index is valid until an object is removed. Where several objects have one identifier, the
/// first counts.
struct ObjectTable<Element: TableObject>: Sendable {
  /// The dictionaries of a large table.
  private struct Lookup: Sendable {
    var indexByID: [String: Int] = [:]
    var indicesByOwner: [String: [Int]] = [:]
    var indicesByName: [String: [Int]] = [:]
    /// Indices whose objects have been removed.
    var removed: Set<Int> = []
    /// Whether an identifier came twice.
    var hasDuplicateIDs = false
  }

  private var elements: [Element] = []
  private var lookup: Lookup?
  private let linearSearchLimit: Int

  /// Makes an empty table, which gets its dictionaries when it holds more than `linearSearchLimit` objects.
  init(linearSearchLimit: Int) {
    self.linearSearchLimit = linearSearchLimit
  }

  var count: Int { elements.count - (lookup?.removed.count ?? 0) }

  /// All objects, in order.
  var all: [Element] {
    guard let removed = lookup?.removed, !removed.isEmpty else { return elements }
    return indices.map { elements[$0] }
  }

  /// The indices of all objects, in order.
  var indices: [Int] {
    guard let removed = lookup?.removed, !removed.isEmpty else { return Array(elements.indices) }
    return elements.indices.filter { !removed.contains($0) }
  }

  subscript(index: Int) -> Element {
    _read { yield elements[index] }
    _modify {
      let name = lookup == nil ? "" : elements[index].name
      defer { rename(index, from: name) }
      yield &elements[index]
    }
  }

  /// The object of that identifier; nil if there is none.
  subscript(id id: String) -> Element? { index(of: id).map { elements[$0] } }

  /// The index of the object of that identifier.
  func index(of id: String) -> Int? {
    if let lookup { lookup.indexByID[id] } else { elements.firstIndex { $0.id == id } }
  }

  /// The first object of that identifier that fits.
  func firstIndex(of id: String, where fits: (Element) -> Bool) -> Int? {
    guard let lookup else { return elements.firstIndex { $0.id == id && fits($0) } }
    guard lookup.hasDuplicateIDs else {
      return lookup.indexByID[id].flatMap { fits(elements[$0]) ? $0 : nil }
    }
    return elements.indices.first {
      elements[$0].id == id && !lookup.removed.contains($0) && fits(elements[$0])
    }
  }

  /// The indices of all objects of that owner, in order.
  func indices(ownedBy owner: String) -> [Int] {
    if let lookup {
      lookup.indicesByOwner[owner] ?? []
    } else {
      elements.indices.filter { elements[$0].owner == owner }
    }
  }

  /// The first object of that owner that fits.
  func firstIndex(ownedBy owner: String, where fits: (Element) -> Bool) -> Int? {
    guard let lookup else { return elements.firstIndex { $0.owner == owner && fits($0) } }
    return lookup.indicesByOwner[owner]?.first { fits(elements[$0]) }
  }

  /// Whether an object of that owner fits.
  func contains(ownedBy owner: String, where fits: (Element) -> Bool = { _ in true }) -> Bool {
    firstIndex(ownedBy: owner, where: fits) != nil
  }

  /// The indices of all objects of that name, in order.
  func indices(named name: String) -> [Int] {
    guard let lookup, !Element.namesAreCommon else { return indices.filter { elements[$0].name == name } }
    return lookup.indicesByName[name] ?? []
  }

  /// The first object of that name that fits.
  func firstIndex(named name: String, where fits: (Element) -> Bool = { _ in true }) -> Int? {
    guard let lookup else { return elements.firstIndex { $0.name == name && fits($0) } }
    guard Element.namesAreCommon else { return lookup.indicesByName[name]?.first { fits(elements[$0]) } }
    return elements.indices.first {
      elements[$0].name == name && !lookup.removed.contains($0) && fits(elements[$0])
    }
  }

  // MARK: Changing

  /// Makes room for that many more.
  mutating func reserve(_ more: Int) {
    elements.reserveCapacity(elements.count + more)
    if elements.count + more > linearSearchLimit {
      if lookup == nil { makeLookup() }
      lookup?.indexByID.reserveCapacity(elements.count + more)
    }
  }

  mutating func append(_ element: Element) {
    elements.append(element)
    if lookup != nil {
      addToLookup(elements.count - 1)
    } else if elements.count > linearSearchLimit {
      makeLookup()
    }
  }

  /// Removes the object at that index; every other index may be another one afterwards.
  @discardableResult
  mutating func remove(at index: Int) -> Element {
    guard lookup != nil else { return elements.remove(at: index) }
    let element = elements[index]
    lookup?.removed.insert(index)
    if lookup?.indexByID[element.id] == index {
      let duplicate = lookup?.hasDuplicateIDs == true ? indices.first { elements[$0].id == element.id } : nil
      lookup?.indexByID[element.id] = duplicate
    }
    lookup?.indicesByOwner[element.owner]?.remove(index)
    if lookup?.indicesByOwner[element.owner]?.isEmpty == true { lookup?.indicesByOwner[element.owner] = nil }
    if !Element.namesAreCommon { removeName(index, named: element.name) }
    // Now and then the empty slots are dropped, so that removed objects do not stay for ever.
    if let removed = lookup?.removed.count, removed > linearSearchLimit, removed * 2 > elements.count {
      elements = all
      lookup = nil
      if elements.count > linearSearchLimit { makeLookup() }
    }
    return element
  }

  /// Removes all objects of that owner.
  mutating func removeAll(ownedBy owner: String) {
    // One after the other, since indices may change.
    while let index = firstIndex(ownedBy: owner, where: { _ in true }) { remove(at: index) }
  }

  private mutating func makeLookup() {
    lookup = Lookup()
    for index in elements.indices { addToLookup(index) }
  }

  private mutating func addToLookup(_ index: Int) {
    let element = elements[index]
    if lookup?.indexByID[element.id] == nil {
      lookup?.indexByID[element.id] = index
    } else {
      lookup?.hasDuplicateIDs = true
    }
    lookup?.indicesByOwner[element.owner, default: []].append(index)
    if !Element.namesAreCommon { lookup?.indicesByName[element.name, default: []].append(index) }
  }

  private mutating func removeName(_ index: Int, named name: String) {
    lookup?.indicesByName[name]?.remove(index)
    if lookup?.indicesByName[name]?.isEmpty == true { lookup?.indicesByName[name] = nil }
  }

  private mutating func rename(_ index: Int, from name: String) {
    guard lookup != nil, !Element.namesAreCommon, elements[index].name != name else { return }
    removeName(index, named: name)
    lookup?.indicesByName[elements[index].name, default: []].insert(inOrder: index)
  }
}

extension [Int] {
  /// Removes a number from a list in order.
  fileprivate mutating func remove(_ number: Int) {
    let index = firstIndex(atLeast: number)
    if index < count, self[index] == number { remove(at: index) }
  }

  /// Inserts a number where it belongs in a list in order.
  fileprivate mutating func insert(inOrder number: Int) {
    insert(number, at: firstIndex(atLeast: number))
  }

  private func firstIndex(atLeast number: Int) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
