internal import AstraCleanup
internal import StepCommon

@main
enum Main {
  static func main() {
    Runner<CleanupStep>(.system()).runAndExit()
  }
}
