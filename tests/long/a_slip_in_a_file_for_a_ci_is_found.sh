#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `make lint` finds what a CI system, Kubernetes or a container engine would refuse in the files for
# them, and nothing in ours (tools/lint-ci).
. "${0%/*}/../lib/e2e.sh"
requires node bash jq shellcheck yamllint
cmp -s "$e2e_root/tools/lint.package.json" "$e2e_root/build/lint/installed" ||
	skip "what lint takes from npm is not in 'build/lint' (tools/deps lint-npm)"

copy()
{
	rm -rf copy
	mkdir -p copy/docs
	cp -r "$e2e_root/.github" "$e2e_root/Containerfile" copy
	cp -r "$e2e_root/docs/examples" copy/docs
}
copy
"$e2e_root/tools/lint-ci" "$work/copy" >said 2>&1 || fail "ours are refused: $(cat said)"

# slip FILE SED TEXT - is found, and this is said.
slip()
{
	copy
	sed -i "$2" "copy/$1"
	! cmp -s "copy/$1" "$e2e_root/$1" || fail "'$2' changes nothing in $1"
	! "$e2e_root/tools/lint-ci" "$work/copy" >said 2>&1 || fail "'$2' in $1 is not found"
	grep -qF -e "$3" said || fail "expected '$3' after '$2' in $1, got: $(cat said)"
}
slip .github/workflows/catalog.yml 's/runs-on:/runs-om:/' runs-om
slip .github/actions/snaprig/action.yml 's/using: composite/using: compost/' 'action.yml: it is not'
slip docs/examples/github-workflow.yml 's/fail-fast/fail-fats/' fail-fats
slip docs/examples/gitlab-ci.yml 's/parallel/paralel/' '"additionalProperty":"paralel"'
slip docs/examples/gitlab-ci.yml 's/when: always/when: alway/' /snapshots/artifacts/when
slip docs/examples/gitlab-ci.yml 's/\[ 77 \]/[ 77/' 'syntax error'
slip docs/examples/kubernetes-job.yaml 's/Indexed/Index/' /spec/completionMode
slip docs/examples/kubernetes-job.yaml 's/restartPolicy/restartpolicy/' 'restartpolicy: nobody'
slip docs/examples/kubernetes-job.yaml 's/parallelism: 4/parallelism: four/' /spec/parallelism
slip Containerfile 's/^WORKDIR/WORKDRI/' WORKDRI
slip Containerfile 's/^COPY --from/COPY --form/' 'COPY --form'
slip Containerfile 's/&& tools/\&\& \&\& tools/' 'Containerfile: RUN tools/deps build deb'
slip Containerfile 's/^CMD .*/CMD ["doctor"/' 'no list of words: ["doctor"'
