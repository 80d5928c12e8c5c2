internal import AstraReport
internal import StepCommon

@main
enum Main {
  static func main() {
    ReportProgram(.system()).runAndExit()
  }
}
