using MedQA.Inference.Memory;
using MedQA.Inference.SoftPrompts;
using Microsoft.ML.OnnxRuntime;

namespace MedQA.Inference.Sessions;

/// <summary>
/// The keys and values of tokens that a model has read: one tensor [rows, key/value heads, cells, head size] for the keys and one
/// for the values of each layer. All rows have the same length. A graph with shared buffers appends in place, and the tensor has
/// all the cells there is room for; one that grows its cache has the cells that are filled, and a second region takes a pass's result.
/// </summary>
internal sealed class KeyValueCache : IDisposable
{
    private readonly DecoderLayout _layout;
    private readonly DeviceMemory _memory;
    private readonly OrtValue?[] _past;
    private readonly OrtValue?[] _present;
    private readonly OrtIoBinding _binding;
    private Region _current;
    private Region _next;
    private bool _isBound;

    /// <summary>An empty cache without memory; <see cref="Reshape"/> gives it some.</summary>
    public KeyValueCache(DecoderLayout layout, DeviceMemory memory, InferenceSession session)
    {
        _layout = layout;
        _memory = memory;
        _past = new OrtValue?[layout.CacheTensors.Length];
        _present = new OrtValue?[layout.CacheTensors.Length];
        _binding = session.CreateIoBinding();
    }

    /// <summary>Rows of the batch.</summary>
    public int Rows { get; private set; }

    /// <summary>Cells that a row has room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>Cells of each row that hold tokens.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of memory that it keeps, used or not.</summary>
    public long AllocatedBytes => _current.Bytes + _next.Bytes;

    private bool Grows => _layout.Cache == CacheKind.Growing;

    private long CellBytes => (long)_layout.HeadSize * _layout.BytesPerNumber;

    // Cells from one head to the next.
    private int Pitch => Grows ? Length : Capacity;

    /// <summary>Bytes of a cache for one with rows and capacity.</summary>
    public static long BytesOf(DecoderLayout layout, int rows, int capacity) =>
        layout.BytesPerCell * rows * capacity * (layout.Cache == CacheKind.Growing ? 2 : 1);

    /// <summary>Empties the cache and gives it rows and capacity; memory is taken only where there is too little.</summary>
    /// <param name="rows">Rows of the batch, at least 1.</param>
    /// <param name="capacity">Cells per row, at least 1.</param>
    public void Reshape(int rows, int capacity)
    {
        _isBound &= rows == Rows && capacity == Capacity;
        (Rows, Capacity, Length) = (rows, capacity, 0);
        var tensorBytes = rows * (long)capacity * _layout.KeyValueHeads * CellBytes;
        _isBound &= !EnsureRegion(ref _current, tensorBytes);
        if (Grows)
        {
            EnsureRegion(ref _next, tensorBytes);
        }
    }

    /// <summary>
    /// Empties the cache and gives it room for rows that <see cref="AddRow"/> adds one by one; only for a graph that appends in place.
    /// </summary>
    /// <param name="rows">The most rows, at least 1.</param>
    /// <param name="capacity">Cells per row, at least 1.</param>
    public void Reserve(int rows, int capacity)
    {
        Reshape(rows, capacity);
        (Rows, _isBound) = (0, false);
    }

    /// <summary>Adds a row that holds the cells of a cache of one row, of any length; <see cref="Reserve"/> has made room for it.</summary>
    public void AddRow(KeyValueCache source)
    {
        for (var tensor = 0; tensor < _past.Length; tensor++)
        {
            _memory.Copy(
                new(source._current.AddressOf(tensor), source.Pitch * CellBytes, AddressOf(
                    tensor, Rows), Pitch * CellBytes, source.Length * CellBytes, _layout.KeyValueHeads));
        }

        Rows++;
        Length = Math.Max(Length, source.Length);
        _isBound = false;
    }

    /// <summary>Fills every row with the first cells of a cache of one row.</summary>
    public void Fill(KeyValueCache source, int cells)
    {
        Length = cells;
        for (var tensor = 0; tensor < _past.Length; tensor++)
        {
            for (var row = 0; row < Rows; row++)
            {
                _memory.Copy(
                    new(source._current.AddressOf(
                        tensor), source.Pitch * CellBytes, AddressOf(
                            tensor, row), Pitch * CellBytes, cells * CellBytes, _layout.KeyValueHeads));
            }
        }
    }

    /// <summary>Fills every row with the keys and values of a soft prompt, which are of this graph's shape.</summary>
    public void Fill(SoftPromptKeyValues prefix)
    {
        Length = prefix.Length;
        for (var tensor = 0; tensor < _past.Length; tensor++)
        {
            FillRows(tensor, NumberFormat.Narrow(_layout.CacheType, prefix.Tensors[tensor]), prefix.Length);
        }
    }

    /// <summary>
    /// Fills each row with the cells of its own one-row cache. All rows are as long as the longest; of a shorter row the cells
    /// at <see cref="StartOf"/> hold its tokens, and the others, which a mask must hide, hold finite numbers.
    /// </summary>
    public void Fill(IReadOnlyList<KeyValueCache> sources)
    {
        var longest = sources.MaxBy(static source => source.Length)!;
        Fill(longest, longest.Length);
        for (var tensor = 0; tensor < _past.Length; tensor++)
        {
            for (var row = 0; row < Rows; row++)
            {
                var source = sources[row];
                var target = AddressOf(tensor, row) + (nint)(StartOf(source.Length) * CellBytes);
                _memory.Copy(
                    new(source._current.AddressOf(
                        tensor), source.Pitch * CellBytes, target, Pitch * CellBytes, source.Length * CellBytes, _layout.KeyValueHeads));
            }
        }
    }

    /// <summary>
    /// Returns the first cell of a row that holds fewer tokens than the longest: a graph that appends in place does so after a row's own
    /// last token, so rows begin together; one that concatenates appends at the end of all, so rows end together.
    /// </summary>
    public int StartOf(int tokens) => Grows ? Length - tokens : 0;

    /// <summary>Forgets the cells from a length on.</summary>
    public void Truncate(int length)
    {
        if (Grows && length < Length)
        {
            for (var tensor = 0; tensor < _past.Length; tensor++)
            {
                _memory.Copy(
                    new(_current.AddressOf(
                        tensor), Length * CellBytes, _next.AddressOf(
                            tensor), length * CellBytes, length * CellBytes, Rows * _layout.KeyValueHeads));
            }

            (_current, _next) = (_next, _current);
        }

        Length = length;
    }

    /// <summary>Takes a row out of the batch: the last row moves to its place.</summary>
    public void RemoveRow(int row)
    {
        Rows--;
        if (row != Rows)
        {
            for (var tensor = 0; tensor < _past.Length; tensor++)
            {
                _memory.Copy(
                    new(AddressOf(
                        tensor,
                        Rows), Pitch * CellBytes, AddressOf(tensor, row), Pitch * CellBytes, Length * CellBytes, _layout.KeyValueHeads));
            }
        }

        _isBound = false;
    }

    /// <summary>Returns the binding for a pass that appends a number of cells to each row; past and present are bound to it.</summary>
    public OrtIoBinding BindFor(int cells)
    {
        if (Length + cells > Capacity)
        {
            throw new InvalidOperationException($"The cache has room for {Capacity} cells a row, but {Length} and {cells} are needed.");
        }

        if (Grows || !_isBound)
        {
            Bind(Grows ? Length : Capacity, _current, _past, isPast: true);
            Bind(Grows ? Length + cells : Capacity, Grows ? _next : _current, _present, isPast: false);
            _isBound = true;
        }

        return _binding;
    }

    /// <summary>Takes over the cells that a pass appended to each row.</summary>
    public void Append(int cells)
    {
        Length += cells;
        if (Grows)
        {
            (_current, _next) = (_next, _current);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        foreach (var value in _past.Concat(_present))
        {
            value?.Dispose();
        }

        foreach (var region in (ReadOnlySpan<Region>)[_current, _next])
        {
            if (region.Address != 0)
            {
                _memory.Free(region.Address);
            }
        }

        (_current, _next) = (default, default);
    }

    /// <param name="tensor">Which of the cache's tensors.</param>
    /// <param name="numbers">[key/value heads, cells, head size] as the cache has them.</param>
    /// <param name="cells">How many cells those are.</param>
    private unsafe void FillRows(int tensor, ReadOnlySpan<byte> numbers, int cells)
    {
        fixed (byte* source = numbers)
        {
            for (var row = 0; row < Rows; row++)
            {
                _memory.CopyFromHost(
                    new((IntPtr)source, cells * CellBytes, AddressOf(
                        tensor, row), Pitch * CellBytes, cells * CellBytes, _layout.KeyValueHeads));
            }
        }
    }

    private IntPtr AddressOf(int tensor, int row) =>
        _current.AddressOf(tensor) + (nint)(row * (long)_layout.KeyValueHeads * Pitch * CellBytes);

    private void Bind(int cells, Region region, OrtValue?[] values, bool isPast)
    {
        long[] shape = [Rows, _layout.KeyValueHeads, cells, _layout.HeadSize];
        var bytes = Rows * (long)_layout.KeyValueHeads * cells * CellBytes;
        for (var tensor = 0; tensor < values.Length; tensor++)
        {
            var value = OrtValue.CreateTensorValueWithData(_memory.Info, _layout.CacheType, shape, region.AddressOf(tensor), bytes);
            if (isPast)
            {
                _binding.BindInput(_layout.CacheTensors[tensor].Past, value);
            }
            else
            {
                _binding.BindOutput(_layout.CacheTensors[tensor].Present, value);
            }

            values[tensor]?.Dispose();
            values[tensor] = value;
        }
    }

    /// <returns>Whether the region moved.</returns>
    private bool EnsureRegion(ref Region region, long tensorBytes)
    {
        var bytes = tensorBytes * _past.Length;
        if (region.Bytes >= bytes)
        {
            var moved = region.TensorBytes != tensorBytes;
            region = region with { TensorBytes = tensorBytes };
            return moved;
        }

        if (region.Address != 0)
        {
            _memory.Free(region.Address);
            region = default;
        }

        region = new(_memory.Allocate(bytes), bytes, tensorBytes);
        return true;
    }

    private readonly record struct Region(IntPtr Address, long Bytes, long TensorBytes)
    {
        public IntPtr AddressOf(int tensor) => Address + (nint)(tensor * TensorBytes);
    }
}
