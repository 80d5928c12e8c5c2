/// How much of a world an overview shows: no more than so many of a kind, and only what has a text in it.
package struct OverviewQuery: Sendable {
  /// In small letters; empty: everything.
  private let filter: String
  /// How many of each kind are shown, from 1 to 1,000.
  package let limit: Int

  /// Takes the parameters of a request; without a limit 100 are shown.
  package init(filter: String?, limit: String?) throws(ScenarioError) {
    self.filter = (filter ?? "").lowercased()
    let number = limit.map { Int($0) } ?? 100
    guard let number, (1...1000).contains(number) else {
      throw ScenarioError("limit must be from 1 to 1000, not \(JSON.string(limit ?? "").shortText)")
    }
    self.limit = number
  }

  /// Whether one of these texts has the filter in it.
  package func fits(_ texts: String...) -> Bool {
    filter.isEmpty || texts.contains { $0.lowercased().contains(filter) }
  }

  /// How many fit, and the first of them, as JSON: `matching` and `shown`.
  package func part<Values: Collection>(
    _ values: Values, fit: (Values.Element) -> Bool, _ show: (Values.Element) -> JSON
  ) -> JSON {
    guard !filter.isEmpty else {
      return ["matching": .integer(values.count), "shown": .array(values.prefix(limit).map(show))]
    }
    var (matching, shown) = (0, [] as [JSON])
    for value in values where fit(value) {
      matching += 1
      if matching <= limit { shown.append(show(value)) }
    }
    return ["matching": .integer(matching), "shown": .array(shown)]
  }
}
