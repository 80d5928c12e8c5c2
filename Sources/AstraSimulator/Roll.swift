/// A thing that a roll holds.
///
/// Its identifier and its owner are its own for good; its name may change.
protocol Enrolled: Sendable {
  var id: String { get }
  var name: String { get }
  /// The identifier of what it belongs to.
  var owner: String { get }
  /// Whether there are so many of one name that looking them up is not worth the memory.
  static var namesAreCommon: Bool { get }
}

extension Application: Enrolled {
  var owner: String { cluster }
  static let namesAreCommon = false
}

extension Point: Enrolled {
  var owner: String { application }
  static let namesAreCommon = true
}

extension Namespace: Enrolled {
  var owner: String { cluster }
  static let namesAreCommon = false
}

/// Things in the order in which they came, found by identifier, owner and name without a look at the others.
///
/// A roll of a few is a plain array, which is copied and searched faster than any table; a long one has tables too.
/// Everything has a place, which holds until something is removed. Where several things have one identifier, the
/// first counts.
struct Roll<Element: Enrolled>: Sendable {
  /// The tables of a long roll.
  private struct Tables: Sendable {
    var places: [String: Int] = [:]
    var owned: [String: [Int]] = [:]
    var named: [String: [Int]] = [:]
    /// Places whose things have been removed.
    var gone: Set<Int> = []
    /// Whether an identifier came twice.
    var hasTwins = false
  }

  private var slots: [Element] = []
  private var tables: Tables?
  private let plainLimit: Int

  /// Makes an empty roll, which gets its tables when it holds more than `plainLimit` things.
  init(plainLimit: Int) {
    self.plainLimit = plainLimit
  }

  var count: Int { slots.count - (tables?.gone.count ?? 0) }

  /// All things, in order.
  var all: [Element] {
    guard let gone = tables?.gone, !gone.isEmpty else { return slots }
    return places.map { slots[$0] }
  }

  /// The places of all things, in order.
  var places: [Int] {
    guard let gone = tables?.gone, !gone.isEmpty else { return Array(slots.indices) }
    return slots.indices.filter { !gone.contains($0) }
  }

  subscript(place: Int) -> Element {
    _read { yield slots[place] }
    _modify {
      let name = tables == nil ? "" : slots[place].name
      defer { rename(place, from: name) }
      yield &slots[place]
    }
  }

  /// The thing of that identifier; nil if there is none.
  subscript(id id: String) -> Element? { place(of: id).map { slots[$0] } }

  /// The place of the thing of that identifier.
  func place(of id: String) -> Int? {
    if let tables { tables.places[id] } else { slots.firstIndex { $0.id == id } }
  }

  /// The first thing of that identifier that fits.
  func firstPlace(of id: String, where fits: (Element) -> Bool) -> Int? {
    guard let tables else { return slots.firstIndex { $0.id == id && fits($0) } }
    guard tables.hasTwins else { return tables.places[id].flatMap { fits(slots[$0]) ? $0 : nil } }
    return slots.indices.first { slots[$0].id == id && !tables.gone.contains($0) && fits(slots[$0]) }
  }

  /// The places of all things of that owner, in order.
  func places(ownedBy owner: String) -> [Int] {
    if let tables { tables.owned[owner] ?? [] } else { slots.indices.filter { slots[$0].owner == owner } }
  }

  /// The first thing of that owner that fits.
  func firstPlace(ownedBy owner: String, where fits: (Element) -> Bool) -> Int? {
    guard let tables else { return slots.firstIndex { $0.owner == owner && fits($0) } }
    return tables.owned[owner]?.first { fits(slots[$0]) }
  }

  /// Whether a thing of that owner fits.
  func contains(ownedBy owner: String, where fits: (Element) -> Bool = { _ in true }) -> Bool {
    firstPlace(ownedBy: owner, where: fits) != nil
  }

  /// The places of all things of that name, in order.
  func places(named name: String) -> [Int] {
    guard let tables, !Element.namesAreCommon else { return places.filter { slots[$0].name == name } }
    return tables.named[name] ?? []
  }

  /// The first thing of that name that fits.
  func firstPlace(named name: String, where fits: (Element) -> Bool = { _ in true }) -> Int? {
    guard let tables else { return slots.firstIndex { $0.name == name && fits($0) } }
    guard Element.namesAreCommon else { return tables.named[name]?.first { fits(slots[$0]) } }
    return slots.indices.first {
      slots[$0].name == name && !tables.gone.contains($0) && fits(slots[$0])
    }
  }

  // MARK: Changing

  /// Makes room for that many more.
  mutating func reserve(_ more: Int) {
    slots.reserveCapacity(slots.count + more)
    if slots.count + more > plainLimit {
      if tables == nil { makeTables() }
      tables?.places.reserveCapacity(slots.count + more)
    }
  }

  mutating func append(_ element: Element) {
    slots.append(element)
    if tables != nil {
      enter(slots.count - 1)
    } else if slots.count > plainLimit {
      makeTables()
    }
  }

  /// Removes the thing at that place; every other place may be another one afterwards.
  @discardableResult
  mutating func remove(at place: Int) -> Element {
    guard tables != nil else { return slots.remove(at: place) }
    let element = slots[place]
    tables?.gone.insert(place)
    if tables?.places[element.id] == place {
      let twin = tables?.hasTwins == true ? places.first { slots[$0].id == element.id } : nil
      tables?.places[element.id] = twin
    }
    tables?.owned[element.owner]?.remove(place)
    if tables?.owned[element.owner]?.isEmpty == true { tables?.owned[element.owner] = nil }
    if !Element.namesAreCommon { strike(place, named: element.name) }
    // Now and then the empty places go, so that what is removed does not stay for ever.
    if let gone = tables?.gone.count, gone > plainLimit, gone * 2 > slots.count {
      slots = all
      tables = nil
      if slots.count > plainLimit { makeTables() }
    }
    return element
  }

  /// Removes all things of that owner.
  mutating func removeAll(ownedBy owner: String) {
    // One after the other, since places may change.
    while let place = firstPlace(ownedBy: owner, where: { _ in true }) { remove(at: place) }
  }

  private mutating func makeTables() {
    tables = Tables()
    for place in slots.indices { enter(place) }
  }

  private mutating func enter(_ place: Int) {
    let element = slots[place]
    if tables?.places[element.id] == nil {
      tables?.places[element.id] = place
    } else {
      tables?.hasTwins = true
    }
    tables?.owned[element.owner, default: []].append(place)
    if !Element.namesAreCommon { tables?.named[element.name, default: []].append(place) }
  }

  private mutating func strike(_ place: Int, named name: String) {
    tables?.named[name]?.remove(place)
    if tables?.named[name]?.isEmpty == true { tables?.named[name] = nil }
  }

  private mutating func rename(_ place: Int, from name: String) {
    guard tables != nil, !Element.namesAreCommon, slots[place].name != name else { return }
    strike(place, named: name)
    tables?.named[slots[place].name, default: []].insert(inOrder: place)
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
