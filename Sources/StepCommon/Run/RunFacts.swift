internal import StepReport
package import StructuredValues
internal import Text

/// What a run has to tell, beside how its phases ended: values for later steps, and facts for readers of its report.
package final class RunFacts {
  /// What later steps of the pipeline may want to know, in order: `ASTRA_CLONE_ID` and the like.
  private(set) var values = OutputValues()
  /// What a reader of the report may want to know, in order.
  private(set) var facts: [Report.Property] = []
  /// What is for stdout, where that is what the step is for.
  private(set) var shown: Shown?
  /// All of it for the report: the facts, and then the values under the keys of the output file.
  var properties: [Report.Property] {
    facts + values.entries.map { Report.Property($0.key.name, $0.value) }
  }
  private let log: Log

  /// What a step shows on stdout: a text for people, or a value for scripts.
  struct Shown {
    var text: String
    var value: StructuredValue
  }

  /// Keeps nothing yet; texts are cleaned as those of the log.
  init(_ log: Log) {
    self.log = log
  }

  /// Keeps what the step shows on stdout if it ends well: the text, or with `--json` the value, both without secrets.
  package func show(_ value: StructuredValue, text: String) {
    shown = Shown(text: log.scrubbed(text), value: scrubbed(value))
  }

  private func scrubbed(_ value: StructuredValue) -> StructuredValue {
    switch value {
    case .string(let text): .string(log.scrubbed(text))
    case .array(let values): .array(values.map(scrubbed))
    case .object(let members): .object(members.map { .init($0.name, scrubbed($0.value)) })
    case .null, .bool, .number, .digits: value
    }
  }

  /// Keeps a value for later steps of the pipeline; a later one of the same key replaces it.
  package func publish(_ key: String, _ value: String) {
    values.set(OutputValues.Key(key), to: withoutUserInformation(log.scrubbed(value)))
  }

  /// Keeps names for later steps: how many there are (`ASTRA_REMOVED_CLONES_COUNT`), and as many of them as fit.
  package func publish(_ key: String, names: [String], isCounted: Bool = true) {
    publish(key, OutputValues.joined(names))
    if isCounted { publish("\(key)_COUNT", String(names.count)) }
  }

  /// Keeps a fact for the report's readers; a later one of the same name replaces it, since some readers refuse a
  /// report with two.
  package func note(_ name: String, _ value: String) {
    let fact = Report.Property("astra.\(name)", log.cleaned(value))
    if let index = facts.firstIndex(where: { $0.name == fact.name }) {
      facts[index] = fact
    } else {
      facts.append(fact)
    }
  }

  /// Keeps one more fact of a kind: the second of `left` is `left2`.
  ///
  /// - Returns: false if it is kept already.
  @discardableResult
  package func noteAlso(_ name: String, _ value: String) -> Bool {
    var number = 1
    var own: String { number == 1 ? name : "\(name)\(number)" }
    while let fact = facts.first(where: { $0.name == "astra.\(own)" }) {
      if fact.value == log.cleaned(value) { return false }
      number += 1
    }
    note(own, value)
    return true
  }
}
