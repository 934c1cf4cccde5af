#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs inside a minimal Debian 12 as root (`./dev check package`): the package beside this file is installed, tried and removed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DEBIAN_FRONTEND=noninteractive
find / -xdev -not -path '/proc/*' -name '*eastwest*' ! -name '*.deb' | sort >before
apt-get -q update >/dev/null
apt-get -q install -y --no-install-recommends ./eastwest_*.deb >install.log 2>&1 || { tail -n 20 install.log; exit 1; }
eastwest --version
mkdir try && cd try
library=/usr/share/eastwest/scenarios/library
eastwest run "$library/allreduce-64-rail.yaml" -o allreduce.h5 --quiet
eastwest run "$library/two-designs/rail.yaml" -o rail.h5 --quiet
eastwest run "$library/two-designs/leaf-spine.yaml" -o leaf-spine.h5 --quiet
eastwest compare rail.h5 leaf-spine.h5 >comparison.txt
eastwest report rail.h5 leaf-spine.h5 -o page.html
eastwest check "$library/sites/site-64.yaml" >findings.txt
eastwest docs "$library/sites/site-64.yaml" -o documents >/dev/null
eastwest study "$library/two-designs.yaml" -o answer --quiet
for file in allreduce.h5 comparison.txt page.html documents/index.html answer/table.txt /usr/share/man/man1/eastwest.1.gz \
            /usr/share/bash-completion/completions/eastwest /usr/share/doc/eastwest/copyright; do
  # dpkg of a minimal Debian may be told to leave manuals and documents out.
  [[ -s $file || $(dpkg -L eastwest) == *"$file"* ]] || { echo "there is no $file"; exit 1; }
done
cd ..
dpkg -r eastwest >/dev/null
find / -xdev -not -path '/proc/*' -name '*eastwest*' ! -name '*.deb' | sort >after
diff before after
echo "installed, tried and removed on Debian $(cat /etc/debian_version)"
