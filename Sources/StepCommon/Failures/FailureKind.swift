/// What kind of end a failure is: what it means, what is behind it most often, and what to do next.
///
/// The list is append-only; `docs/when-it-ends-red.md` is made from it, and `--explain` prints an entry.
package enum FailureKind: String, CaseIterable, Sendable {
  case operationFailed = "operation-failed"
  case hooksFailed = "hooks-failed"
  case vanished
  case neverShown = "never-shown"
  case notAsClaimed = "not-as-claimed"
  case notRemoved = "not-removed"
  case parameter
  case notFound = "not-found"
  case ambiguous
  case unreachable
  case untrusted
  case fateUnknown = "fate-unknown"
  case bug
  case cannotWrite = "cannot-write"
  case deadline
  case busy
  case brokenContract = "broken-contract"
  case credentials
  case nameTaken = "name-taken"
  case failedLeftover = "failed-leftover"
  case namespaceTaken = "namespace-taken"
  case unusablePoint = "unusable-point"
  case otherApplication = "other-application"
  case restoring
  case noEvidence = "no-evidence"
  case destructivePlan = "destructive-plan"
  case notToBeRemoved = "not-to-be-removed"
  case notConfirmed = "not-confirmed"
  case prerequisite
  case protected
  case interrupted
  case terminated

  /// The exit codes that it may come with; the first is the usual one.
  package var codes: [ExitCode] {
    switch self {
    case .operationFailed, .vanished, .neverShown, .notAsClaimed, .notRemoved: [.operationFailed]
    case .hooksFailed: [.operationFailed]
    case .parameter: [.badParameter]
    case .notFound, .ambiguous: [.notFound]
    case .unreachable, .untrusted, .fateUnknown: [.unreachable]
    case .bug: [.ourBug]
    case .cannotWrite: [.cannotWrite]
    case .deadline, .busy: [.deadlinePassed]
    case .brokenContract: [.brokenContract]
    case .credentials: [.credentialsRefused]
    case .nameTaken, .failedLeftover, .namespaceTaken, .unusablePoint, .otherApplication, .restoring,
      .noEvidence, .destructivePlan, .notToBeRemoved, .notConfirmed, .prerequisite, .protected:
      [.protected]
    case .interrupted: [.interrupted]
    case .terminated: [.terminated]
    }
  }

  /// What happened, as a sentence without its last point.
  package var meaning: String {
    switch self {
    case .operationFailed: "The backend began the operation, or refused it, and it ended badly"
    case .hooksFailed:
      "The copy is complete, but an execution hook around it failed: its data may not be consistent"
    case .vanished: "What the step waited for is gone: somebody removed it, or the application"
    case .neverShown: "The backend accepted the operation and never showed it"
    case .notAsClaimed: "What the step was told to look for is not so"
    case .notRemoved: "Something was to be removed and is still there"
    case .parameter: "A parameter is missing or wrong; nothing was sent"
    case .notFound: "What a parameter names is not there"
    case .ambiguous: "What a parameter names is there more than once"
    case .unreachable: "The backend cannot be reached, or answers with errors of a server in trouble"
    case .untrusted: "The server's certificate is not trusted, so nothing was sent"
    case .fateUnknown: "The answer to a request for a change was lost, and what became of it is not known"
    case .bug: "The step met a state that it should never be in"
    case .cannotWrite: "A report, a record or a file of output values cannot be written"
    case .deadline: "The time was up before the operation was over; it may go on in the backend"
    case .busy: "The application was busy with something else until the time was up; nothing was begun"
    case .brokenContract: "The backend answered something that is no answer of its API"
    case .credentials: "The backend refused the credentials, or the account has no permission for this"
    case .nameTaken: "The name is taken by something that this run has not made"
    case .failedLeftover: "Something of that name is there, and has failed"
    case .namespaceTaken: "The namespace is somebody else's, or on its way out"
    case .unusablePoint: "The recovery point is not one to go back to: incomplete, or with failed hooks"
    case .otherApplication: "What was named belongs to another application than the one that the run is about"
    case .restoring: "The application is being restored in place"
    case .noEvidence: "No copy of the present state could be made, and the restore would destroy that state"
    case .destructivePlan: "The backend would restore by several changes, each of which destroys something"
    case .notToBeRemoved: "What was to be removed is needed, or is not proven to be nobody else's"
    case .notConfirmed:
      "A person at a terminal was asked before something is destroyed, and did not confirm it"
    case .prerequisite: "Something that a planned step will need is not as it has to be; nothing was changed"
    case .protected: "Going on could lose data, or report what did not happen"
    case .interrupted: "The step was interrupted (SIGINT); what it asked for may go on in the backend"
    case .terminated: "The step was told to end (SIGTERM); what it asked for may go on in the backend"
    }
  }

  /// What to do next, as a clause that fits every such end and can cost no data.
  package var cure: String {
    switch self {
    case .operationFailed:
      "see in the backend why it failed, mend that, and run the step again; a failed copy or clone of that name is in the way then: choose another name, or have it removed first with --replace-failed once you have seen that nobody needs it"
    case .hooksFailed: "mend the hook and make the copy again under another name"
    case .vanished: "find out who removed it before anything else is changed, then run the step again"
    case .neverShown:
      "look for it as an administrator of the backend; then give the step's user the right to see it"
    case .notAsClaimed: "read in the report what was seen instead; nothing was changed"
    case .notRemoved: "see in the backend what holds it, and run the step again: it continues"
    case .parameter:
      "correct every parameter that the message names, and run the step again; --help lists them all"
    case .notFound:
      "compare the name with those that the message lists, or that astra-status shows, and run the step again"
    case .ambiguous: "name the cluster too, or give the id in place of the name"
    case .unreachable:
      "look at network, proxy and the backend's health, then run the step again in the same run: it continues"
    case .untrusted:
      "name the authority's certificate with --ca-file, or install the system's certificates (ca-certificates)"
    case .fateUnknown: "run the step again in the same run: it looks for what was begun and goes on with it"
    case .bug: "report it with the log at --log-level debug; it holds no token"
    case .cannotWrite:
      "make room or mend the permissions, then run the step again in the same run: it recognises what is done"
    case .deadline:
      "run the step again in the same run: it goes on waiting; give it more time with --timeout; astra-status shows how it stands meanwhile"
    case .busy:
      "run the step again when what the message names has ended; astra-status shows what is under way"
    case .brokenContract:
      "see whether the address is that of the backend itself and not of a proxy or a login page; then run the step again"
    case .credentials:
      "check token, account and permissions, and run the step again in the same run: it continues"
    case .nameTaken:
      "choose another name (astra-status shows which are taken); or, if that one is what you want, take it with --if-exists reuse"
    case .failedLeftover:
      "choose another name; or have the failed one removed first with --replace-failed, once you have seen that nobody needs it"
    case .namespaceTaken: "choose another namespace, or wait until that one is free"
    case .unusablePoint:
      "name a complete recovery point whose hooks did not fail; astra-status shows which a restore would take"
    case .otherApplication: "check the names; if you mean this application, start a new pipeline run"
    case .restoring:
      "wait for the in-place restore to end and run the step again; astra-status shows whether it has"
    case .noEvidence:
      "mend what keeps the copy from being made, or make a clone with astra-clone in this run; then run the step again"
    case .destructivePlan:
      "make a clone of that recovery point with astra-clone, which destroys nothing, and point customers at it"
    case .notToBeRemoved:
      "leave it; astra-status shows which run made it, as far as that is told; what was proven was removed"
    case .notConfirmed: "run the step again and type the name that it asks for, or give --yes"
    case .prerequisite: "mend what each failed check names, and run astra-preflight again"
    case .protected: "read what stands in the way, clear it, and run the step again; nothing was changed"
    case .interrupted, .terminated:
      "run the step again in the same run: it finds what was begun and goes on with it"
    }
  }

  /// What `--explain` prints.
  package var explanation: String {
    let codes = codes.map { String($0.rawValue) }.joined(separator: ", ")
    return "\(rawValue) (exit code \(codes))\n\n\(meaning).\n\nNext: \(cure).\n"
  }
}
