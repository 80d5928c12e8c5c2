internal import AstraBackup
internal import StepCommon

@main
enum Main {
  static func main() {
    Runner<BackupStep>(.system()).runAndExit()
  }
}
