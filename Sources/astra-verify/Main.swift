internal import AstraVerify
internal import StepCommon

@main
enum Main {
  static func main() {
    Runner<VerifyStep>(.system()).runAndExit()
  }
}
