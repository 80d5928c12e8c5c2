internal import AstraPreflight
internal import StepCommon

@main
enum Main {
  static func main() {
    Runner<PreflightStep>(.system()).runAndExit()
  }
}
