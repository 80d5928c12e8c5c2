internal import AstraRestore
internal import StepCommon

@main
enum Main {
  static func main() {
    Runner<RestoreStep>(.system()).runAndExit()
  }
}
