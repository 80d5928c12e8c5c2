import KubernetesAPI
import StructuredValues
import Testing
import Velero

/// What a phase means, with the counts beside it.
struct RunStateTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var status: String
    var progress: RunState.Progress
    var isTerminal = true

    var testDescription: String { status }
  }

  private static let cases = [
    Case(status: "{}", progress: .running("pending"), isTerminal: false),
    Case(status: #"{"phase":"New"}"#, progress: .running("pending"), isTerminal: false),
    Case(
      status: #"{"phase":"Queued","queuePosition":2}"#,
      progress: .blocked("queued behind other backups (position 2)"), isTerminal: false),
    Case(
      status: #"{"phase":"Queued"}"#, progress: .blocked("queued behind other backups"), isTerminal: false),
    Case(status: #"{"phase":"ReadyToStart"}"#, progress: .running("pending"), isTerminal: false),
    Case(status: #"{"phase":"InProgress"}"#, progress: .running("running"), isTerminal: false),
    Case(
      status: #"{"phase":"WaitingForPluginOperations"}"#,
      progress: .running("waiting for plugin operations"), isTerminal: false),
    Case(
      status: #"{"phase":"WaitingForPluginOperationsPartiallyFailed","errors":1}"#,
      progress: .running("waiting for plugin operations partially failed"), isTerminal: false),
    Case(
      status: #"{"phase":"FinalizingPartiallyFailed","errors":1}"#,
      progress: .running("finalizing partially failed"), isTerminal: false),
    Case(status: #"{"phase":"Finalizing"}"#, progress: .running("finalizing"), isTerminal: false),
    Case(status: #"{"phase":"Completed"}"#, progress: .completed),
    Case(status: #"{"phase":"Completed","warnings":3}"#, progress: .completed),
    Case(status: #"{"phase":"Completed","errors":2}"#, progress: .partial("2 errors")),
    Case(status: #"{"phase":"PartiallyFailed","errors":1}"#, progress: .partial("1 error")),
    Case(status: #"{"phase":"PartiallyFailed"}"#, progress: .partial("errors that are not told")),
    // Only hooks failed: its data is there, and may not be consistent.
    Case(
      status: #"{"phase":"PartiallyFailed","errors":1,"hookStatus":{"hooksAttempted":2,"hooksFailed":1}}"#,
      progress: .completed),
    Case(
      status: #"{"phase":"PartiallyFailed","errors":3,"hookStatus":{"hooksAttempted":2,"hooksFailed":1}}"#,
      progress: .partial("2 errors")),
    Case(
      status: #"{"phase":"Failed","failureReason":"the server was restarted"}"#,
      progress: .failed("the server was restarted")),
    Case(status: #"{"phase":"Failed"}"#, progress: .failed("the service says no more")),
    Case(
      status: #"{"phase":"FailedValidation","validationErrors":["no such location","no such class"]}"#,
      progress: .failed("it was refused: no such location; no such class")),
    Case(status: #"{"phase":"Deleting"}"#, progress: .goes),
    Case(status: #"{"phase":"Thinking"}"#, progress: .running("thinking"), isTerminal: false),
  ]

  @Test(arguments: cases) func aPhaseIsRead(_ one: Case) throws {
    let state = RunState(try object(one.status))
    #expect(state.progress == one.progress)
    #expect(state.isTerminal == one.isTerminal)
  }

  @Test func failedHooksAreTold() throws {
    let failed = RunState(
      try object(#"{"phase":"PartiallyFailed","errors":1,"hookStatus":{"hooksFailed":1}}"#))
    #expect(failed.hookFailure == "1 of 1 hooks failed" && !failed.hooksRan)
    let well = RunState(try object(#"{"phase":"Completed","hookStatus":{"hooksAttempted":2}}"#))
    #expect(well.hookFailure == nil && well.hooksRan)
  }
}

/// A Backup with a status.
func object(_ status: String, spec: String = "{}") throws -> KubernetesObject {
  let text = #"{"metadata":{"name":"nightly","uid":"u-1"},"spec":\#(spec),"status":\#(status)}"#
  return try #require(StructuredValue(parsing: Array(text.utf8)).flatMap { KubernetesObject($0) })
}
