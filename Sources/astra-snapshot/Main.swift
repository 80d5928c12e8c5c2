internal import AstraSnapshot
internal import StepCommon

@main
enum Main {
  static func main() {
    Runner<SnapshotStep>(.system()).runAndExit()
  }
}
