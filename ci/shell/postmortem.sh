#!/usr/bin/env bash
# A broken release: keep its state for the post-mortem, and give production back to its customers. For any machine, and
# for CI systems that have no file of their own here.
#
# Set up: the programs on the path, and the environment that docs/ci.md lists. Run it in a folder that stays: what a run
# knows lies there in astra-runs/<run>, its reports in astra-runs/<run>/reports.
#
#   ASTRA_RUN_ID=incident-4711 ./postmortem.sh
#
#   check                is all there that the restore will need? Nothing is changed.
#   see-the-fault        does production's page show the fault? If not, there is nothing to restore for.
#   check-for-the-clone  is all there that the clone will need?
#   clone                the broken production, data and all, into the debug namespace.
#   check-the-clone      does the clone show the fault, at an address of its own?
#   restore              production in place, from the backup. Without a clone it makes a snapshot of the fault first.
#   check-production     is its page well again, at the address that it had?
#
# Nothing about the clone stops the restore: customers wait for production. It ends with 0 if all was green, or else with
# the exit code of the first red stage. With the same ASTRA_RUN_ID it goes on, and does nothing again that was green.
set -eu

: "${PROD_APP_NAME:?the broken application}" "${BACKUP_NAME:?the backup to go back to, or latest}"
: "${PROD_KUBERNETES_CLUSTER=}" "${DEBUG_APP_NAME=magento-debug}" "${DEBUG_KUBERNETES_CLUSTER=}"
: "${PROD_URL=}" "${CLONE_URL=}" "${PAGE_TEXT=}" "${SKIP_CLONE=}" "${REPLACE_FAILED=}"
: "${ASTRA_RUN_ID:=$(date -u +%Y%m%dT%H%M%SZ)-$$}"
case $ASTRA_RUN_ID in
  .* | *[!A-Za-z0-9._-]*)
    echo 'the name of a run is made of letters, digits, dots, dashes and underscores' >&2
    exit 64
    ;;
esac
export DEBUG_APP_NAME ASTRA_RUN_ID
echo "this is the run $ASTRA_RUN_ID; ASTRA_RUN_ID=$ASTRA_RUN_ID goes on with it" >&2

mkdir -p "astra-runs/$ASTRA_RUN_ID"
# A second run here waits.
exec 9>astra-runs/lock
flock 9
cd "astra-runs/$ASTRA_RUN_ID"

# Runs a stage, in a shell of its own.
stage() (
  exec 9>&-
  STAGE=$1 REPORT=$2
  if grep -qs '^<testsuites [^>]* failures="0" errors="0"' "reports/TEST-$REPORT.xml"; then
    echo "== $STAGE: was done in this run before" >&2
    exit 0
  fi
  echo "== $STAGE" >&2
  mkdir -p reports
  rm -f "reports/TEST-$REPORT.xml"
  export ASTRA_OUTPUT_FILE="reports/$REPORT.env" ASTRA_TIMEOUT=5m
  case $STAGE in
    check)
      export ASTRA_STEPS=restore
      exec astra-preflight
      ;;
    see-the-fault)
      export ASTRA_REPORT_SUFFIX=fault ASTRA_EXPECT_BROKEN=true
      export ASTRA_VERIFY_URL="$PROD_URL" ASTRA_VERIFY_TEXT="$PAGE_TEXT"
      exec astra-verify
      ;;
    check-for-the-clone)
      export ASTRA_STEPS=clone ASTRA_REPORT_SUFFIX=clone ASTRA_REPLACE_FAILED="$REPLACE_FAILED"
      exec astra-preflight
      ;;
    clone)
      # Once production is being restored, a new clone would no longer hold the fault.
      if [ -f reports/astra-restore.json ] && ! grep -qs '^ASTRA_CLONE_ID=' reports/astra-clone.env; then
        echo 'production is restored in this run already: make the clone of the snapshot that restore names' >&2
        exit 78
      fi
      [ ! -f reports/astra-restore.json ] || REPLACE_FAILED=
      export ASTRA_REPLACE_FAILED="$REPLACE_FAILED" ASTRA_TIMEOUT=1h
      exec astra-clone
      ;;
    check-the-clone)
      if ! grep -qs '^ASTRA_CLONE_STATE=ready$' reports/astra-clone.env; then
        echo 'there is no clone to look at: the stage clone says why' >&2
        exit 1
      fi
      export ASTRA_REPORT_SUFFIX=clone ASTRA_APP_NAME="$DEBUG_APP_NAME" ASTRA_VERIFY_CLONE_OF="$PROD_APP_NAME"
      export ASTRA_CLUSTER="${DEBUG_KUBERNETES_CLUSTER:-$PROD_KUBERNETES_CLUSTER}"
      if [ -n "$CLONE_URL" ]; then
        export ASTRA_VERIFY_URL="$CLONE_URL" ASTRA_VERIFY_TEXT="$PAGE_TEXT" ASTRA_EXPECT_BROKEN=true
        # It must not be production that answers there.
        other=$(sed -n 's/^ASTRA_VERIFY_SEEN_ADDRESS=//p' reports/astra-verify-fault.env 2>/dev/null || true)
        export ASTRA_VERIFY_OTHER_ADDRESS="$other"
      fi
      exec astra-verify
      ;;
    restore)
      # The clone of this run is the evidence if there is one; otherwise the step makes a snapshot.
      [ "$SKIP_CLONE" != true ] || export DEBUG_APP_NAME=
      export ASTRA_TIMEOUT=1h
      exec astra-restore
      ;;
    check-production)
      export ASTRA_REPORT_SUFFIX=recovered ASTRA_TIMEOUT=10m
      if [ -n "$PROD_URL" ]; then
        export ASTRA_VERIFY_URL="$PROD_URL" ASTRA_VERIFY_TEXT="$PAGE_TEXT"
        # What was seen before says at which address production has to answer.
        seen=reports/astra-verify-fault.seen.json
        [ ! -f "$seen" ] || export ASTRA_VERIFY_COMPARE_WITH="$seen"
      fi
      exec astra-verify
      ;;
    *)
      echo "there is no stage \"$STAGE\"" >&2
      exit 64
      ;;
  esac
)

# Runs a stage that stops the rest.
must() {
  local code=0
  stage "$@" || code=$?
  [ "$code" = 0 ] || exit "$code"
}

# Runs a stage that does not, unless somebody has interrupted it.
red=0
may() {
  local code=0
  stage "$@" || code=$?
  case $code in
    130 | 143) exit "$code" ;;
  esac
  [ "$red" != 0 ] || red=$code
  return "$code"
}

must check astra-preflight
[ -z "$PROD_URL" ] || must see-the-fault astra-verify-fault
if [ "$SKIP_CLONE" != true ]; then
  may check-for-the-clone astra-preflight-clone || true
  ! may clone astra-clone || may check-the-clone astra-verify-clone || true
fi
must restore astra-restore
must check-production astra-verify-recovered
[ "$red" = 0 ] || echo 'production is restored, and the clone is not as it should be' >&2
exit "$red"
