internal import ArgumentParser
internal import StepCommon

@main
enum Main {
  static func main() {
    let arguments = ProcessCall.arguments
    if let call = StepCall(arguments) { call.step.run(call.arguments) }
    AllSteps.answer(Array(arguments.dropFirst()))
  }
}
