#!/bin/sh
# One connection, what a careful person types by hand: deploy.sh NODE ROOT RELEASE WHEEL REQUIREMENTS TEMPLATE.
# SSH_CONFIG names ssh's configuration. Nothing is locked, journalled, tested or byte-compiled.
set -eu
node=$1 root=$2 release=$3 wheel=$4 requirements=$5 template=$6
new=$root/releases/$release

tar -c --transform 's,.*/,,' -P "$wheel" "$requirements" "$template" | ssh -F "$SSH_CONFIG" "$node" "set -e
  mkdir -p $new/upload $root/shared/media
  tar -x -C $new/upload
  cd $new
  ~/.local/bin/uv venv --quiet --python /usr/bin/python3 venv
  ~/.local/bin/uv pip install --quiet --python venv --offline --no-index --find-links ~/wheels --find-links upload \
    --require-hashes -r upload/requirements.txt
  sed -e s/@{name}/$node/ -e s/@{workers}/4/ -e s,@{root},$root, upload/shop.conf > shop.conf
  ln -s $root/shared/media media
  venv/bin/python -c 'import shop'
  cd $root
  ln -s releases/$release .current
  mv -T .current current
  touch restart
  ls -d releases/* | sort | head -n -2 | xargs -r rm -r"
