# The TCP room in Ruby, as somebody would build it along the course: `ruby room.rb LESSON [PORT]`. It prints its port.
# One thread and IO.select. What a lesson adds is behind `LESSON >= …`.

require "io/wait"
require "socket"

LESSON = Integer(ARGV.fetch(0))
MOST_BYTES = 1024 # of a line, its newline included
TRIES = 10
NICKNAME_TIME = 30
PARTING_TIME = 10
MOST_MEMBERS = 1000
RATE, BURST = 20, 100 # lines a second, and at once after a silence
OUTBOX = 65_536 # bytes that wait for a slow reader, beyond the kernel's buffers
CONFUSABLES = File.expand_path("../../../chatlab/room/confusables.txt", __dir__)
INVISIBLE = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800" \
            "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}"
UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/
VISIBLE = /[^[:space:]#{INVISIBLE}]/
NICKNAME = /\A(?:(?:[\p{L}\p{N}]|[_-])(?:[\p{Mn}\p{Mc}]{0,2}))+\z/
FOREIGN = %r{\A(?:[A-Z]+ \S+ (?:HTTP|RTSP|SIP)/\d|SSH-2\.|(?:HELP|HELO|EHLO)(?: |\z)|\*\d+\z)}
FIRST_COMMAND = 0xF0 # SE in RFC 854
WILL, WONT, DO, DONT, IAC = 0xFB, 0xFC, 0xFD, 0xFE, 0xFF

def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

def prototypes
  @prototypes ||= File.readlines(CONFUSABLES, chomp: true, encoding: "UTF-8").reject { _1.start_with?("#") }
                      .flat_map { |line| line.split("\t").then { |to, from| from.chars.map { [_1, to] } } }.to_h
end

def skeleton(text) = text.unicode_normalize(:nfd).chars.map { prototypes.fetch(_1, _1) }.join.unicode_normalize(:nfd)

def keys(nickname)
  return [nickname] if LESSON < 14
  [nickname, nickname.downcase(:fold)].map { skeleton(_1).downcase(:fold) }
end

RESERVED = %w[NICK ERROR SERVER SIGNUP_TAG SIGNOUT_TAG REFUSED_TAG PROVE_TAG HELP HELO EHLO].flat_map { keys(_1) }

# `raw`: bytes that may still hold commands of telnet; `inbox`: what waits for its newline, or for its turn.
Peer = Struct.new(:socket, :raw, :inbox, :outbox, :nickname, :tries, :tokens, :since, :counted_at, :end_seen_at, :ended_at, :parting) do
  def say(line) = outbox << line.b << "\n".b
end

class Room
  def initialize(port)
    @listener = TCPServer.new("127.0.0.1", port)
    @listener.listen(1024)
    @peers = []
    puts @listener.local_address.ip_port
    $stdout.flush
  end

  def run
    loop do
      readable, writable = IO.select(sources, @peers.reject { _1.outbox.empty? }.map(&:socket), nil, 0.05)
      accept if readable&.delete(@listener)
      @peers.select { readable&.include?(_1.socket) }.each { read(_1) }
      @peers.dup.each { take_lines(_1) }
      @peers.select { writable&.include?(_1.socket) || !_1.outbox.empty? }.each { write(_1) }
      @peers.dup.each { look_at_the_clock(_1) }
    end
  end

  private

  def sources
    listening = LESSON > 10 || @peers.empty? # lesson 10's server has one client at a time
    @peers.reject { _1.ended_at || _1.inbox.bytesize > MOST_BYTES }.map(&:socket) + (listening ? [@listener] : [])
  end

  def accept
    socket = @listener.accept_nonblock(exception: false)
    return if socket == :wait_readable
    socket.setsockopt(:TCP, :NODELAY, true)
    @peers << Peer.new(socket, "".b, "".b, "".b, nil, 0, BURST, now, now)
    @peers.last.say("NICK")
  rescue SystemCallError # it is gone already
    nil
  end

  def read(peer)
    data = peer.socket.read_nonblock(4096, exception: false)
    return if data == :wait_readable
    return peer.ended_at = now if data.nil?
    peer.raw << data
    take_from_raw(peer)
  rescue SystemCallError # reset
    leave(peer)
  end

  def take_lines(peer)
    return hang_up(peer, "this is a chatroom") if LESSON >= 14 && !peer.nickname && peer.inbox.match?(/\A\x16\x03|\0/n)
    while !peer.parting && may_speak?(peer) && (stop = peer.inbox.index("\n"))
      line = peer.inbox.slice!(0..stop)
      return hang_up(peer, "too long") if line.bytesize > MOST_BYTES && LESSON >= 13
      hear(peer, line.chomp("\n").chomp("\r").force_encoding("UTF-8"))
    end
    return hang_up(peer, "too long") if LESSON >= 13 && peer.inbox.bytesize > MOST_BYTES && !peer.inbox.include?("\n")
    leave(peer, politely: true) if peer.ended_at && !peer.parting && !peer.inbox.include?("\n")
  end

  def may_speak?(peer)
    return true if LESSON < 13 || !peer.nickname
    peer.tokens = [BURST, peer.tokens + (now - peer.counted_at) * RATE].min
    peer.counted_at = now
    peer.tokens >= 1
  end

  def hear(peer, line)
    return choose(peer, line) unless peer.nickname
    peer.tokens -= 1
    text = LESSON >= 14 ? line.scrub("\uFFFD").gsub(UNSAFE, "") : line
    return unless LESSON >= 14 ? text.match?(VISIBLE) : !text.scrub.strip.empty?
    tell("#{peer.nickname}: #{text}", but: peer) if LESSON >= 11
  end

  def choose(peer, line)
    return hang_up(peer, "this is a chatroom") if LESSON >= 14 && line.b.match?(FOREIGN)
    wanted = line.valid_encoding? ? line.strip : line
    wanted = wanted.unicode_normalize(:nfkc) if LESSON >= 14 && wanted.valid_encoding?
    problem = problem_with(wanted)
    peer.tries += 1
    return hang_up(peer, "too many tries") if problem && peer.tries == TRIES
    return peer.say("NICK #{problem}") if problem
    peer.nickname = wanted
    peer.say("Connected to the server!")
    tell("#{wanted} joined the chat", but: peer) if LESSON >= 11
  end

  def problem_with(nickname)
    return "letters, digits, _ and - only" unless nickname.valid_encoding? && nickname.match?(NICKNAME)
    return "too long" if nickname.length > 20
    return "letters only" if nickname.match?(/[#{INVISIBLE}]/)
    return "reserved" if RESERVED.intersect?(keys(nickname))
    members = @peers.select { _1.nickname && !_1.parting }
    return "taken" if members.any? { keys(_1.nickname).intersect?(keys(nickname)) }
    "full" if LESSON >= 13 && members.size >= MOST_MEMBERS
  end

  # Telnet's commands are taken out: two bytes, or three if they are about an option.
  def take_from_raw(peer)
    return peer.inbox << peer.raw.slice!(0..) if LESSON < 14
    while (at = peer.raw.index(IAC.chr))
      peer.inbox << peer.raw.slice!(0, at)
      command, option = peer.raw.getbyte(1), peer.raw.getbyte(2)
      about_option = command&.between?(0xFB, 0xFE)
      return if command.nil? || (about_option && option.nil?)
      peer.inbox << IAC.chr if command == IAC
      peer.outbox << [IAC, DONT, option].pack("C*") if command == WILL
      peer.outbox << [IAC, WONT, option].pack("C*") if command == DO
      is_text = command < FIRST_COMMAND
      peer.inbox << IAC.chr if is_text
      peer.raw.slice!(0, is_text ? 1 : about_option ? 3 : 2)
    end
    peer.inbox << peer.raw.slice!(0..)
  end

  def tell(line, but: nil) = @peers.each { |peer| peer.say(line) if peer.nickname && !peer.parting && peer != but }

  def write(peer)
    sent = peer.socket.write_nonblock(peer.outbox, exception: false)
    peer.outbox.slice!(0, sent) unless sent == :wait_writable
    return leave(peer) if LESSON >= 13 && peer.outbox.bytesize > OUTBOX
    close(peer) if peer.parting && peer.outbox.empty?
  rescue SystemCallError
    leave(peer)
  end

  def look_at_the_clock(peer)
    return unless LESSON >= 13
    peer.end_seen_at ||= now if peer.ended_at || has_ended?(peer)
    close(peer) if peer.parting && now > peer.parting + 1
    hang_up(peer, "too slow") if !peer.nickname && !peer.parting && now > peer.since + NICKNAME_TIME
    leave(peer, politely: true) if peer.end_seen_at && !peer.parting && now > peer.end_seen_at + PARTING_TIME
  end

  # Whether the end of its stream has arrived, behind what has not been read: TCP's state is CLOSE_WAIT (Linux).
  def has_ended?(peer) = peer.socket.getsockopt(:TCP, :INFO).data.getbyte(0) == 8

  def hang_up(peer, reason)
    peer.say("ERROR #{reason}")
    leave(peer, politely: true)
  end

  def leave(peer, politely: false)
    return if peer.parting
    peer.parting = now
    tell("#{peer.nickname} left the chat!") if peer.nickname && LESSON >= 12
    return close(peer) unless politely && !peer.outbox.empty?
  end

  def close(peer)
    @peers.delete(peer)
    peer.socket.close_write
    peer.socket.read_nonblock(65_536, exception: false) while peer.socket.wait_readable(0) && !peer.socket.eof?
  rescue SystemCallError, IOError
    nil
  ensure
    peer.socket.close
  end
end

Room.new(Integer(ARGV[1] || 0)).run
