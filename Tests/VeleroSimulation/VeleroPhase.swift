extension String {
  /// The word that Velero writes for one that every service shares.
  var veleroPhase: String {
    switch self {
    case "pending": "New"
    case "running": "InProgress"
    case "completed": "Completed"
    case "failed": "Failed"
    default: self
    }
  }
}
