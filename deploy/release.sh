#!/bin/sh
# Builds the image of a commit that has passed all tests here, and of no other.
#
#   .ci/run && deploy/release.sh [IMAGE]
#
# The image is tagged with the commit; WORKER_BUILD_ID is set to the same, where builds of workers are told apart.
set -eu

cd "$(dirname "$0")/.."
image="${1:-telegram-billing}"
if [ -n "$(git status --porcelain)" ]; then
  echo 'release: there are changes that no commit has; commit them and run .ci/run' >&2
  exit 1
fi
commit=$(git rev-parse HEAD)
if [ ! -e ".data/green/$commit" ]; then
  echo "release: $commit has not passed .ci/run on this machine; nothing is released without it" >&2
  exit 1
fi
build=$(git rev-parse --short=12 HEAD)
docker build --build-arg "BUILD_ID=$build" --tag "$image:$build" .
echo "release: $image:$build is built; docs/operations.md, \"Upgrading\", says how it takes over"
