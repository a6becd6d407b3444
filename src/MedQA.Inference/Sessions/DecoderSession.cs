using System.Globalization;
using System.Runtime.InteropServices;
using MedQA.Evaluation;
using MedQA.Inference.Memory;
using MedQA.Inference.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MedQA.Inference.Sessions;

/// <summary>
/// A loaded decoder graph, and the buffers of a pass over it: fill <see cref="Ids"/>, <see cref="Positions"/> and, in a packed row,
/// the bias, then <see cref="Run"/>. Not safe for concurrent use.
/// </summary>
internal sealed class DecoderSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly DeviceMemory _memory;
    private readonly ExecutionProvider _provider;
    private readonly NativeBuffer<long> _ids = new(512);
    private readonly NativeBuffer<long> _positions = new(512);
    private readonly NativeBuffer<long> _mask = new(1024);
    private readonly NativeBuffer<long> _fullMask = new(1024);
    private readonly NativeBuffer<long> _logitsToKeep = new(1);
    private readonly NativeBuffer<byte> _bias = new(1);
    private readonly NativeBuffer<byte> _noBias = new(1);
    private readonly NativeBuffer<byte> _logits = new(1);
    private readonly NativeBuffer<float> _widenedLogits = new(1);
    private readonly NativeBuffer<byte> _hidden = new(1);
    private readonly List<OrtValue> _bound = [];
    private IntPtr _allLogits;
    private long _allLogitsBytes;

    private DecoderSession(
        InferenceSession session, DecoderLayout layout, OnnxGraph graph, DeviceMemory memory, ExecutionProvider provider)
    {
        (_session, Layout, Graph, _memory, _provider) = (session, layout, graph, memory, provider);
    }

    /// <summary>The graph's inputs and outputs.</summary>
    public DecoderLayout Layout { get; }

    /// <summary>What the file says about the graph.</summary>
    public OnnxGraph Graph { get; }

    /// <summary>
    /// Whether the caches are in a GPU's memory: the graph's attention is computed there. A graph may have attention that ONNX Runtime
    /// computes on the processor only, such as GroupQueryAttention in float32; the caches are then in the processor's memory.
    /// </summary>
    public bool HasDeviceCaches => !_memory.IsHost;

    /// <summary>Loads a graph.</summary>
    /// <param name="folder">The model's files.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="memory">The memory for caches, for tests; <see langword="null"/> for the one in which the graph reads them.</param>
    /// <exception cref="UnusableException">The graph is damaged or unknown, or the provider cannot be used.</exception>
    public static DecoderSession Open(ModelFolder folder, ModelOptions options, DeviceMemory? memory = null)
    {
        var graph = OnnxGraph.Read(folder.GraphPath);
        using var sessionOptions = CreateOptions(folder, options);
        InferenceSession session;
        try
        {
            session = new(folder.GraphPath, sessionOptions);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new UnusableException(
                folder.GraphPath,
                $"ONNX Runtime cannot load it ({exception.Message})",
                "Fetch the model's files again, or export it for this version of ONNX Runtime",
                exception);
        }

        try
        {
            var layout = DecoderLayout.Recognize(session, graph, folder);
            memory ??= ReadsCacheOnHost(session, layout, folder, options) ? new HostMemory() : new CudaMemory(session, options.DeviceId);
            return new(session, layout, graph, memory, options.Provider);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Returns an empty cache for this graph.</summary>
    public KeyValueCache CreateCache() => new(Layout, _memory, _session);

    /// <summary>Returns where the tokens of a pass go: row by row.</summary>
    public Span<long> Ids(int count) => Slice(_ids, count);

    /// <summary>Returns where the positions of a pass go: row by row. Not read where the graph has none.</summary>
    public Span<long> Positions(int count) => Slice(_positions, count);

    /// <summary>Returns where the attention bias of a packed pass goes; its content is undefined at first.</summary>
    /// <param name="tokens">Tokens of the pass.</param>
    /// <param name="cells">Cells after it.</param>
    public AttentionBias Bias(int tokens, int cells)
    {
        var bytes = checked(tokens * cells * BytesOf(Layout.BiasType!.Value));
        _bias.EnsureLength(bytes);
        return new(_bias.Span[..bytes], cells, Layout.BiasType.Value);
    }

    /// <summary>
    /// Returns where the mask of a pass over rows of different length goes, row by row: 1 for a cell that holds a token, after the pass,
    /// else 0.
    /// </summary>
    public Span<long> Mask(int count) => Slice(_mask, count);

    /// <summary>
    /// Runs a pass that appends tokens to every row of a cache.
    /// </summary>
    /// <param name="cache">The cache; it is longer by the tokens afterwards.</param>
    /// <param name="tokens">Tokens per row, at least 1.</param>
    /// <param name="logits">For how many last tokens of each row to compute logits, 1 to <paramref name="tokens"/>.</param>
    /// <param name="isBiased">Whether the bias that the caller wrote holds; else every token sees all cells up to its own.</param>
    /// <param name="isMasked">Whether the mask that the caller wrote holds; else all cells of all rows hold tokens.</param>
    /// <param name="wantsHidden">Whether to output the hidden states too; only if the graph outputs them.</param>
    public void Run(KeyValueCache cache, int tokens, int logits, bool isBiased = false, bool isMasked = false, bool wantsHidden = false)
    {
        var rows = cache.Rows;
        var cells = cache.Length + tokens;
        var binding = cache.BindFor(tokens);
        BindInput(binding, DecoderLayout.InputIds, _ids, TensorElementType.Int64, sizeof(long), rows, tokens);
        if (Layout.HasPositions)
        {
            BindInput(binding, DecoderLayout.PositionIds, _positions, TensorElementType.Int64, sizeof(long), rows, tokens);
        }

        if (Layout.HasMask)
        {
            if (!isMasked && (_fullMask.Length < rows * cells || _fullMask.Span[0] == 0))
            {
                _fullMask.EnsureLength(2 * rows * cells);
                _fullMask.Span.Fill(1);
            }

            BindInput(
                binding, DecoderLayout.AttentionMask, isMasked ? _mask : _fullMask, TensorElementType.Int64, sizeof(long), rows, cells);
        }

        if (Layout.BiasType is { } biasType)
        {
            var bias = isBiased ? _bias : _noBias;
            bias.EnsureLength(checked(tokens * cells * BytesOf(biasType)));
            BindInput(binding, DecoderLayout.AttentionBias, bias, biasType, BytesOf(biasType), 1, 1, tokens, cells);
        }

        if (Layout.HasLogitsToKeep)
        {
            _logitsToKeep.Span[0] = logits;
            BindInput(binding, DecoderLayout.LogitsToKeep, _logitsToKeep, TensorElementType.Int64, sizeof(long));
        }

        BindLogits(binding, rows, tokens, logits);
        if (wantsHidden)
        {
            BindHidden(binding, rows, tokens);
        }

        try
        {
            if (_provider != ExecutionProvider.Cpu)
            {
                // Binding has begun to copy what is on the host.
                binding.SynchronizeBoundInputs();
            }

            _session.RunWithBinding(_runOptions, binding);
            binding.SynchronizeBoundOutputs();
        }
        finally
        {
            foreach (var value in _bound)
            {
                value.Dispose();
            }

            _bound.Clear();
        }

        cache.Append(tokens);
        FetchLogits(rows, tokens);
    }

    /// <summary>For how many last tokens of each row the last pass gave logits.</summary>
    public int LogitsPerRow { get; private set; }

    /// <summary>Logits of the last pass; valid until the next.</summary>
    /// <param name="row">The row.</param>
    /// <param name="fromLast">Which token, from the row's last (0) backwards.</param>
    public ReadOnlySpan<float> LogitsOf(int row, int fromLast)
    {
        var start = ((row * LogitsPerRow) + LogitsPerRow - 1 - fromLast) * Layout.VocabularySize;
        var all = Layout.LogitsType == TensorElementType.Float ? MemoryMarshal.Cast<byte, float>(_logits.Span) : _widenedLogits.Span;
        return all.Slice(start, Layout.VocabularySize);
    }

    /// <summary>Adds up the hidden states of the last pass over its tokens; valid until the next.</summary>
    /// <param name="sums">A sum for each number of a hidden state.</param>
    /// <param name="tokens">Tokens of the pass, which had one row.</param>
    public void AddHiddenTo(Span<double> sums, int tokens)
    {
        var type = Layout.HiddenStates!.Type;
        var count = tokens * sums.Length;
        ReadOnlySpan<float> singles = MemoryMarshal.Cast<byte, float>(_hidden.Span);
        if (type != TensorElementType.Float)
        {
            var widened = new float[count];
            NumberFormat.Widen(type, _hidden.Span[..(count * BytesOf(type))], widened);
            singles = widened;
        }

        for (var number = 0; number < count; number++)
        {
            sums[number % sums.Length] += singles[number];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_allLogits != 0)
        {
            _memory.Free(_allLogits);
        }

        _memory.Dispose();
        _runOptions.Dispose();
        _session.Dispose();
        _ids.Dispose();
        _positions.Dispose();
        _mask.Dispose();
        _fullMask.Dispose();
        _logitsToKeep.Dispose();
        _bias.Dispose();
        _noBias.Dispose();
        _logits.Dispose();
        _widenedLogits.Dispose();
        _hidden.Dispose();
    }

    private static SessionOptions CreateOptions(ModelFolder folder, ModelOptions options)
    {
        var sessionOptions = new SessionOptions
        {
            IntraOpNumThreads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };

        // Threads that spin while they wait take the processor from everything else: next to other processes a pass takes up to three
        // times as long. Those that sleep at once are woken for each of some 400 small kernels, up to a fifth of a step. So they spin for
        // about as long as waking takes (docs/performance.md).
        sessionOptions.AddSessionConfigEntry("session.intra_op.allow_spinning", "1");
        sessionOptions.AddSessionConfigEntry("session.intra_op.spin_duration_us", "20");
        if (options.Provider == ExecutionProvider.Cuda)
        {
            try
            {
                using var cuda = new OrtCUDAProviderOptions();
                var settings = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["device_id"] = options.DeviceId.ToString(CultureInfo.InvariantCulture),

                    // Else ONNX Runtime multiplies float32 numbers with 10 bits of their fraction, and references are missed.
                    ["use_tf32"] = "0",
                };
                if (options.DeviceMemoryLimit is { } limit)
                {
                    settings["gpu_mem_limit"] = limit.ToString(CultureInfo.InvariantCulture);
                }

                cuda.UpdateOptions(settings);
                sessionOptions.AppendExecutionProvider_CUDA(cuda);
            }
            catch (Exception exception) when (exception is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
            {
                sessionOptions.Dispose();
                throw new UnusableException(
                    folder.GraphPath,
                    $"the setting Provider is cuda (DeviceId {options.DeviceId}), but ONNX Runtime cannot use CUDA here "
                        + $"({exception.Message.TrimEnd('.')})",
                    "Set Provider to cpu, or run a host that references Microsoft.ML.OnnxRuntime.Gpu on a machine with that GPU, CUDA and "
                        + "cuDNN",
                    exception);
            }
        }

        return sessionOptions;
    }

    private static Span<long> Slice(NativeBuffer<long> buffer, int count)
    {
        buffer.EnsureLength(count);
        return buffer.Span[..count];
    }

    private static int BytesOf(TensorElementType type) => NumberFormat.BytesOf(type);

    /// <summary>
    /// Returns whether the graph reads its cache in the processor's memory. The cache has to be where it is read: ONNX Runtime copies an
    /// input that is elsewhere once, when it is bound, and a binding is used for many passes.
    /// </summary>
    private static bool ReadsCacheOnHost(InferenceSession session, DecoderLayout layout, ModelFolder folder, ModelOptions options)
    {
        if (options.Provider == ExecutionProvider.Cpu)
        {
            return true;
        }

        var places = PlacesOf(session);
        var past = layout.CacheTensors.Select(names => places[names.Past]).Distinct().ToList();
        return past.Count == 1
            ? past[0] == OrtMemoryInfoDeviceType.CPU
            : throw new UnusableException(
                folder.GraphPath,
                "ONNX Runtime computes the attention of some layers on the GPU and of others on the processor",
                "Set Provider to cpu, or export the model with float16 attention");
    }

    /// <summary>Returns the kind of device in whose memory a session reads each of its inputs.</summary>
    internal static Dictionary<string, OrtMemoryInfoDeviceType> PlacesOf(InferenceSession session)
    {
        using var places = session.GetMemoryInfosForInputs();
        return session.InputNames.Zip(places).ToDictionary(
            static pair => pair.First, static pair => pair.Second.GetDeviceType(), StringComparer.Ordinal);
    }

    /// <summary>
    /// Binds where the logits go. A graph that gives those of every token leaves them in the GPU's memory, so that only those that are
    /// needed are copied to the processor's.
    /// </summary>
    private void BindLogits(OrtIoBinding binding, int rows, int tokens, int logits)
    {
        var given = Layout.HasLogitsToKeep ? logits : tokens;
        long[] shape = [rows, given, Layout.VocabularySize];
        var bytes = BytesOf(Layout.LogitsType);
        if (given == logits || _memory.IsHost)
        {
            LogitsPerRow = given;
            _logits.EnsureLength(checked(rows * given * Layout.VocabularySize * bytes));
            binding.BindOutput(DecoderLayout.Logits, Tensor(_logits, Layout.LogitsType, bytes, shape));
            return;
        }

        LogitsPerRow = logits;
        _logits.EnsureLength(checked(rows * logits * Layout.VocabularySize * bytes));
        var allBytes = (long)rows * given * Layout.VocabularySize * bytes;
        if (_allLogitsBytes < allBytes)
        {
            if (_allLogits != 0)
            {
                _memory.Free(_allLogits);
                (_allLogits, _allLogitsBytes) = (0, 0);
            }

            (_allLogits, _allLogitsBytes) = (_memory.Allocate(allBytes), allBytes);
        }

        var value = OrtValue.CreateTensorValueWithData(_memory.Info, Layout.LogitsType, shape, _allLogits, allBytes);
        _bound.Add(value);
        binding.BindOutput(DecoderLayout.Logits, value);
    }

    /// <summary>Copies and widens the logits of a pass as far as they are not yet where they are read.</summary>
    private void FetchLogits(int rows, int tokens)
    {
        var tokenBytes = (long)Layout.VocabularySize * BytesOf(Layout.LogitsType);
        if (!Layout.HasLogitsToKeep && LogitsPerRow < tokens)
        {
            var first = _allLogits + (nint)((tokens - LogitsPerRow) * tokenBytes);
            var wanted = LogitsPerRow * tokenBytes;
            _memory.CopyToHost(new(first, tokens * tokenBytes, _logits.Address, wanted, wanted, rows));
        }

        if (Layout.LogitsType != TensorElementType.Float)
        {
            var count = rows * LogitsPerRow * Layout.VocabularySize;
            _widenedLogits.EnsureLength(count);
            NumberFormat.Widen(Layout.LogitsType, _logits.Span[..(count * BytesOf(Layout.LogitsType))], _widenedLogits.Span);
        }
    }

    private void BindHidden(OrtIoBinding binding, int rows, int tokens)
    {
        var hidden = Layout.HiddenStates!;
        _hidden.EnsureLength(checked(rows * tokens * hidden.Size * BytesOf(hidden.Type)));
        binding.BindOutput(hidden.Name, Tensor(_hidden, hidden.Type, BytesOf(hidden.Type), [rows, tokens, hidden.Size]));
    }

    private void BindInput<T>(
        OrtIoBinding binding, string name, NativeBuffer<T> buffer, TensorElementType type, int elementBytes, params long[] shape)
        where T : unmanaged => binding.BindInput(name, Tensor(buffer, type, elementBytes, shape));

    private OrtValue Tensor<T>(NativeBuffer<T> buffer, TensorElementType type, int elementBytes, long[] shape)
        where T : unmanaged
    {
        var bytes = (long)elementBytes;
        foreach (var dimension in shape)
        {
            bytes *= dimension;
        }

        var value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, buffer.Address, bytes);
        _bound.Add(value);
        return value;
    }
}
