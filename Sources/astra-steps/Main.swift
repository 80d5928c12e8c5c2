internal import ArgumentParser
internal import StepCommon

@main
enum Main {
  static func main() {
    if let call = StepCall(CommandLine.arguments) { call.step.run(call.arguments) }
    AllSteps.main()
  }
}
