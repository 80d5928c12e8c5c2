internal import AstraClone
internal import StepCommon

@main
enum Main {
  static func main() {
    Runner<CloneStep>(.system()).runAndExit()
  }
}
