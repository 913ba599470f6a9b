# SPDX-License-Identifier: GPL-2.0
"""The hand on world.sh, which keeps the namespaces."""
import os
import subprocess


class World:
    def __init__(self):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                              "world.sh")
        self.shell = subprocess.Popen([script], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        self.ns = {}
        while (line := self.answer()) != "ready":
            name, value = line.split("=")
            self.ns[name] = value

    def answer(self):
        line = self.shell.stdout.readline()
        if not line:
            raise SystemExit("demo: the world ended; see above")
        return line.strip()

    def __call__(self, command):
        """Does it; what fails ends the world."""
        self.ask(command)

    def ask(self, command):
        self.shell.stdin.write(command + "\n")
        self.shell.stdin.flush()
        return self.answer() == "done"

    def true(self, command):
        """Whether the command succeeds."""
        return self.ask("? " + command)

    def close(self):
        self.shell.stdin.close()
        self.shell.wait()
