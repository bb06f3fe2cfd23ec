// Names of the system calls in which a thread of Node can wait for long, by architecture. From Linux's unistd tables.

/** x86-64: arch/x86/entry/syscalls/syscall_64.tbl. */
const X64: Readonly<Record<number, string>> = {
  0: 'read',
  1: 'write',
  2: 'open',
  4: 'stat',
  7: 'poll',
  16: 'ioctl',
  17: 'pread64',
  18: 'pwrite64',
  19: 'readv',
  20: 'writev',
  23: 'select',
  35: 'nanosleep',
  40: 'sendfile',
  42: 'connect',
  43: 'accept',
  44: 'sendto',
  45: 'recvfrom',
  46: 'sendmsg',
  47: 'recvmsg',
  61: 'wait4',
  72: 'fcntl',
  73: 'flock',
  74: 'fsync',
  75: 'fdatasync',
  77: 'ftruncate',
  82: 'rename',
  83: 'mkdir',
  87: 'unlink',
  202: 'futex',
  217: 'getdents64',
  219: 'restart_syscall',
  230: 'clock_nanosleep',
  232: 'epoll_wait',
  247: 'waitid',
  257: 'openat',
  262: 'newfstatat',
  263: 'unlinkat',
  264: 'renameat',
  270: 'pselect6',
  271: 'ppoll',
  281: 'epoll_pwait',
  285: 'fallocate',
  288: 'accept4',
  295: 'preadv',
  296: 'pwritev',
  316: 'renameat2',
  326: 'copy_file_range',
  332: 'statx',
  426: 'io_uring_enter',
  441: 'epoll_pwait2',
};

/** arm64: include/uapi/asm-generic/unistd.h. */
const ARM64: Readonly<Record<number, string>> = {
  22: 'epoll_pwait',
  25: 'fcntl',
  29: 'ioctl',
  32: 'flock',
  35: 'unlinkat',
  38: 'renameat',
  46: 'ftruncate',
  47: 'fallocate',
  56: 'openat',
  61: 'getdents64',
  63: 'read',
  64: 'write',
  65: 'readv',
  66: 'writev',
  67: 'pread64',
  68: 'pwrite64',
  69: 'preadv',
  70: 'pwritev',
  71: 'sendfile',
  72: 'pselect6',
  73: 'ppoll',
  79: 'newfstatat',
  82: 'fsync',
  83: 'fdatasync',
  95: 'waitid',
  98: 'futex',
  101: 'nanosleep',
  115: 'clock_nanosleep',
  128: 'restart_syscall',
  202: 'accept',
  203: 'connect',
  206: 'sendto',
  207: 'recvfrom',
  211: 'sendmsg',
  212: 'recvmsg',
  242: 'accept4',
  260: 'wait4',
  276: 'renameat2',
  285: 'copy_file_range',
  291: 'statx',
  426: 'io_uring_enter',
  441: 'epoll_pwait2',
};

const BY_ARCHITECTURE: Readonly<Record<string, Readonly<Record<number, string>>>> = { x64: X64, arm64: ARM64 };

/** Calls whose first argument is the file descriptor that they wait on. Not the epoll calls: an epoll descriptor tells nothing. */
const ON_DESCRIPTOR = new Set(
  (
    'read write ioctl pread64 pwrite64 readv writev connect accept sendto recvfrom sendmsg recvmsg fcntl flock fsync fdatasync ' +
    'ftruncate getdents64 fallocate accept4 preadv pwritev'
  ).split(' '),
);

/** `#999` for a number that is not in the table, and for all of them on other architectures. */
export const systemCallName = (number: number, architecture: string): string => BY_ARCHITECTURE[architecture]?.[number] ?? `#${number}`;

export const waitsOnDescriptor = (name: string): boolean => ON_DESCRIPTOR.has(name);
