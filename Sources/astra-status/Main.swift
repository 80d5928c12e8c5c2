internal import AstraStatus
internal import StepCommon

@main
enum Main {
  static func main() {
    Runner<StatusStep>(.system()).runAndExit()
  }
}
