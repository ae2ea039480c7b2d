document.body.append('version {version}');
