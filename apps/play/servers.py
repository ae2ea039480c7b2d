"""nginx, php-fpm and MariaDB, started by hand in the root, and the program that stands for a service manager."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable

from play.people import People

_NGINX = """
user www-data; worker_processes 2; daemon off; pid /run/nginx.pid; error_log /run/nginx.log;
events {{ worker_connections 512; }}
http {{
  include /etc/nginx/mime.types; access_log off; client_max_body_size 32m;
  client_body_temp_path /run/nginx-body; proxy_temp_path /run/nginx-proxy; fastcgi_temp_path /run/nginx-fastcgi;
  uwsgi_temp_path /run/nginx-uwsgi; scgi_temp_path /run/nginx-scgi;
  server {{ listen 127.0.0.1:80; server_name localhost; root {root}; index index.php index.html; {places} }}
}}
"""
PHP_PLACE = """
location ~ [^/]\\.php(/|$) {{
  fastcgi_split_path_info ^(.+?\\.php)(/.*)$; if (!-f $document_root$fastcgi_script_name) {{ return 404; }}
  fastcgi_pass unix:/run/php.sock; include /etc/nginx/fastcgi_params; fastcgi_read_timeout 120;
  fastcgi_param SCRIPT_FILENAME ${variable}$fastcgi_script_name; fastcgi_param DOCUMENT_ROOT ${variable};
  fastcgi_param PATH_INFO $fastcgi_path_info;
}}
"""
_FPM = """
[global]
daemonize = no
pid = /run/php.pid
error_log = /run/php-fpm.log
process_control_timeout = 10s
include = /etc/php/8.2/fpm/pool.d/*.conf
"""
_POOLS = "/etc/php/8.2/fpm/pool.d"
_POOL = """
[club]
user = {user}
group = {user}
listen = /run/php.sock
listen.owner = www-data
pm = static
pm.max_children = 5
catch_workers_output = yes
php_admin_value[error_log] = /run/php-errors.log
php_admin_flag[log_errors] = on
php_value[upload_max_filesize] = 32M
php_value[post_max_size] = 40M
"""
_CONTROL = """#!/bin/sh
# The service manager of this root: start, stop, restart of the one application, with the time of each gap.
cd /
start() {
  start-stop-daemon --start --oknodo --quiet --background --make-pidfile --pidfile /run/app.pid --chuid USER \\
    --umask UMASK --chdir "$(readlink -f SITE)" --output /run/app.log --startas /bin/sh -- -c 'exec COMMAND'
  for _ in $(seq 600); do curl -s -o /dev/null --max-time 2 http://127.0.0.1:8000/ && break; sleep 0.05; done
  echo "up $(date +%s.%N)" >> /run/app.gaps
}
stop() {
  echo "down $(date +%s.%N)" >> /run/app.gaps
  start-stop-daemon --stop --oknodo --quiet --pidfile /run/app.pid --remove-pidfile --retry TERM/10/KILL/5
}
case $1 in start) start ;; stop) stop ;; restart) stop; start ;; esac
"""
CONTROL = "/usr/local/bin/app"


class Servers:
    """What is running; `stop` ends all of it."""

    def __init__(self, people: People) -> None:
        self.people = people
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def nginx(self, root: str, places: str) -> None:
        """Nginx serves ROOT, by a reload where it runs already."""
        _write("/run/nginx.conf", _NGINX.format(root=root, places=places))
        if "nginx" in self._running:
            self._running["nginx"].send_signal(signal.SIGHUP)
            time.sleep(0.5)
            return
        self._start("nginx", ["nginx", "-c", "/run/nginx.conf"], lambda: os.path.exists("/run/nginx.pid"))

    def php(self) -> None:
        """A pool of the application's; where its user is not the web server's, beside the one that Debian brings."""
        if self.people.key != "one" and os.path.exists(f"{_POOLS}/www.conf"):
            os.unlink(f"{_POOLS}/www.conf")
        _write("/run/php.conf", _FPM)
        _write(f"{_POOLS}/club.conf", _POOL.format(user=self.people.web))
        os.makedirs("/run/php", exist_ok=True)
        words = ["php-fpm8.2", "--nodaemonize", "--allow-to-run-as-root", "--fpm-config", "/run/php.conf"]
        self._start("php", words, lambda: os.path.exists("/run/php.sock"))

    def reload(self) -> None:
        """Workers of php-fpm end after their request, and new ones know no path of old; other servers know none."""
        if "php" in self._running:
            self._running["php"].send_signal(signal.SIGUSR2)
            time.sleep(1)

    def mariadb(self, *databases: str) -> None:
        """A server with empty DATABASES that the local user `app` may use with the password `secret`."""
        os.makedirs("/run/mysqld", exist_ok=True)
        subprocess.run(["chown", "mysql", "/run/mysqld"], check=True)
        words = ["mariadbd", "--user=mysql", "--innodb-flush-log-at-trx-commit=0", "--bind-address=127.0.0.1"]
        alive = ["mariadb-admin", "ping", "--silent"]
        self._start("mariadb", words, lambda: subprocess.run(alive, check=False, capture_output=True).returncode == 0)
        orders = "".join(f"CREATE DATABASE {name}; GRANT ALL ON {name}.* TO app@localhost;" for name in databases)
        orders = f"CREATE USER app@localhost IDENTIFIED BY 'secret'; {orders}"
        subprocess.run(["mariadb"], input=orders, text=True, check=True)

    def application(self, current: str, command: str) -> None:
        """COMMAND runs in CURRENT as its user, by the script that hooks call as well."""
        text = _CONTROL.replace("USER", self.people.web).replace("SITE", current).replace("COMMAND", command)
        _write(CONTROL, text.replace("UMASK", f"{self.people.umask:03o}"))
        os.chmod(CONTROL, 0o755)
        subprocess.run([CONTROL, "restart"], check=True)

    def end_application(self) -> None:
        subprocess.run([CONTROL, "stop"], check=True)

    def complaints(self) -> list[str]:
        """The last that PHP, nginx and the application logged."""
        found: list[str] = []
        for path in ("/run/php-errors.log", "/run/php-fpm.log", "/run/nginx.log", "/run/app.log"):
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    found += [f"{path}: {line.strip()[:300]}" for line in file.readlines()[-8:]]
        return found

    def _start(self, name: str, words: list[str], ready: Callable[[], bool]) -> None:
        log = open(f"/run/{name}.out", "wb")  # noqa: SIM115 - the server writes there as long as it lives
        self._running[name] = subprocess.Popen(words, stdout=log, stderr=log, umask=self.people.umask)
        for _ in range(600):
            if ready():
                return
            if self._running[name].poll() is not None:
                break
            time.sleep(0.1)
        with open(f"/run/{name}.out", encoding="utf-8", errors="replace") as told:
            raise RuntimeError(f"{name} does not run: {told.read()[-500:]}")

    def stop(self) -> None:
        if os.path.exists(CONTROL):
            subprocess.run([CONTROL, "stop"], check=False)
        for one in self._running.values():
            one.terminate()
        for one in self._running.values():
            one.wait(30)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def gaps() -> list[tuple[float, float]]:
    """From when to when the application was down because somebody had it stopped."""
    found: list[tuple[float, float]] = []
    try:
        with open("/run/app.gaps", encoding="utf-8") as file:
            marks = [line.split() for line in file]
    except FileNotFoundError:
        return []
    began = 0.0
    for word, moment in marks:
        if word == "down":
            began = float(moment)
        elif began:
            found.append((began, float(moment)))
            began = 0.0
    return [*found, (began, float("inf"))] if began else found
