using System.Collections.Concurrent;
using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Caching;
using MedQA.Inference.Decoding;
using MedQA.Inference.Models;
using MedQA.Inference.Scoring;
using MedQA.Inference.Sessions;
using MedQA.Inference.SoftPrompts;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Engine;

/// <summary>
/// Reads prompts, draws samples and scores sequences, all as token ids. One operation runs at a time, with all of the machine's
/// threads. Two questions share a pass only as rows whose bits do not depend on each other (<see cref="RowIndependence"/>), so the bits
/// of an answer do not depend on what else is asked. Safe for concurrent use.
/// </summary>
internal sealed class InferenceEngine : IDisposable
{
    // Cells of a prompt's cache beyond the prompt: enough to score options in place.
    private const int RoomForScores = 256;

    // Kept whatever they take: the prompt of a question, and of its forced answer.
    private const int MinFreeCaches = 2;

    // Rows of several questions: beyond this many a step's time grows with the rows.
    private const int MaxSharedRows = 8;

    // Answers of a letter are nearly all reading, which questions do not share: their rows cost more than they save (docs/performance.md).
    private const int LeastSharedTokens = 32;

    // A prompt with five worked examples and a reasoning.
    private const int UsualCells = 1024;

    // For the cells of these rows, and again for the prompts that are held meanwhile.
    private const long MaxSharedBytes = 384L << 20;

    private readonly DecoderSession _session;
    private readonly ModelOptions _options;
    private readonly Tokenizer _tokenizer;
    private readonly PrefixCaches _prefixes;
    private readonly PromptReader _reader;
    private readonly SampleDrawing _drawing;
    private readonly SequenceScoring _scoring;
    private readonly KeyValueCache _work;
    private readonly RowScheduler _rows;
    private readonly long _sharedBytes;
    private bool? _areRowsIndependent;
    private readonly Stack<KeyValueCache> _free = [];
    private readonly HeldPrompts _held;
    private readonly ConcurrentDictionary<string, int> _prefixIds = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private int _lastPrefixId;
    private bool _isDisposed;

    private InferenceEngine(
        DecoderSession session, ModelFolder folder, Tokenizer tokenizer, ModelOptions options, ImmutableArray<int> endTokens)
    {
        (_session, _options, _tokenizer, EndTokens) = (session, options, tokenizer, endTokens);
        ContextLength = Math.Min(folder.ContextLength, session.Layout.MostCells ?? int.MaxValue);

        // On a GPU a batch of rows is the fast way, and its attention kernels take no bias.
        CanPack = options.Provider == ExecutionProvider.Cpu && session.Layout.CanPack && PackedRowCheck.Passes(session);
        _prefixes = new(session, options.SharedPrefixBudget);
        _reader = new(session, _prefixes);
        _drawing = new(session, tokenizer, endTokens);
        _scoring = new(session, CanPack);
        _work = session.CreateCache();
        _sharedBytes = Math.Min(options.MemoryBudget, MaxSharedBytes);
        _rows = new(session, _drawing, _gate, () => _held!.LookAgain(), MaxSharedRows, _sharedBytes);
        _held = new(_sharedBytes, () => _rows.IsBusy);
    }

    /// <summary>The most tokens of prompt and continuation.</summary>
    public int ContextLength { get; }

    /// <summary>The tokens that end a sample.</summary>
    public ImmutableArray<int> EndTokens { get; }

    /// <summary>Whether samples may share a row: the graph allows it, and it gave the same as rows when the model was loaded.</summary>
    public bool CanPack { get; }

    /// <summary>
    /// Whether prompts of different length may be the rows of one batch: the graph's attention mask tells their lengths apart.
    /// </summary>
    public bool CanBatchPrompts => _session.Layout.HasMask;

    /// <summary>
    /// Returns how many questions draw together: more than one where a request asks for one sample and rows do not depend on each
    /// other. The first call checks that, which takes up to seconds.
    /// </summary>
    /// <param name="samples">Samples of a request.</param>
    /// <param name="maxTokens">The most tokens of a sample.</param>
    /// <param name="cancellationToken">Ends the waiting for the running operation.</param>
    public async Task<int> GetQuestionsAtOnceAsync(int samples, int maxTokens, CancellationToken cancellationToken)
    {
        if (samples != 1 || maxTokens < LeastSharedTokens || _options.Provider != ExecutionProvider.Cpu)
        {
            return 1;
        }

        // A large model that has no room for several rows of usual length is asked one question at a time.
        var rows = (int)Math.Min(MaxSharedRows, _sharedBytes / KeyValueCache.BytesOf(_session.Layout, 1, UsualCells));
        if (rows < 2)
        {
            return 1;
        }

        _areRowsIndependent ??= await RunAsync(() => RowIndependence.Holds(_session, MaxSharedRows), cancellationToken)
            .ConfigureAwait(false);
        return _areRowsIndependent.Value ? rows : 1;
    }

    /// <summary>Loads a model.</summary>
    /// <param name="folder">Its files.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="passesEndTokens">Whether samples go on after an end token, for checks and measurements.</param>
    /// <exception cref="UnusableException">The model or the execution provider cannot be used.</exception>
    public static InferenceEngine Load(ModelFolder folder, Tokenizer tokenizer, ModelOptions options, bool passesEndTokens = false)
    {
        var session = DecoderSession.Open(folder, options);
        try
        {
            return new(session, folder, tokenizer, options, passesEndTokens ? [] : folder.EndTokens);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>What a soft prompt's keys and values must be like.</summary>
    public (int Layers, int KeyValueHeads, int HeadSize) CacheShape =>
        (_session.Layout.CacheTensors.Length / 2, _session.Layout.KeyValueHeads, _session.Layout.HeadSize);

    /// <summary>Adds a soft prompt that has this graph's shape and leaves room for a token.</summary>
    /// <param name="hash">What identifies it: the same for the same numbers.</param>
    /// <param name="keyValues">Its keys and values.</param>
    /// <exception cref="UnusableException">It is not for this graph.</exception>
    public EngineSoftPrompt Admit(string hash, SoftPromptKeyValues keyValues)
    {
        var (layers, heads, headSize) = CacheShape;
        if ((keyValues.Layers, keyValues.KeyValueHeads, keyValues.HeadSize) != (layers, heads, headSize))
        {
            throw new UnusableException(
                $"prefix {hash}",
                $"it has {keyValues.Layers} layers, {keyValues.KeyValueHeads} key/value heads and heads of {keyValues.HeadSize} numbers; "
                    + $"the model has {layers}, {heads} and {headSize}",
                "Tune a prefix for this model, or load the model that this one was made for");
        }

        if (keyValues.Length >= ContextLength)
        {
            throw new UnusableException(
                $"prefix {hash}",
                $"its {keyValues.Length} virtual tokens leave no room in the model's context of {ContextLength}",
                "Tune a shorter one");
        }

        return new(_prefixIds.GetOrAdd(hash, _ => Interlocked.Decrement(ref _lastPrefixId)), keyValues);
    }

    /// <summary>Reads a prompt.</summary>
    /// <param name="ids">Its tokens, at least 1.</param>
    /// <param name="sharedLength">How many of its leading tokens other prompts share.</param>
    /// <param name="cancellationToken">Checked before each pass.</param>
    /// <param name="prefix">The soft prompt that precedes it; shared by all prompts asked with it.</param>
    /// <exception cref="ContextOverflowException">The prompt is longer than the context.</exception>
    public async Task<ReadTokens> ReadAsync(
        int[] ids, int sharedLength, CancellationToken cancellationToken, EngineSoftPrompt? prefix = null)
    {
        var virtualTokens = prefix?.KeyValues.Length ?? 0;
        if (prefix is not null)
        {
            ids = [.. Enumerable.Repeat(prefix.Id, virtualTokens), .. ids];
            sharedLength += virtualTokens;
        }

        if (ids.Length > ContextLength)
        {
            throw new ContextOverflowException(ids.Length, 0, ContextLength);
        }

        var cells = Math.Min(ids.Length + RoomForScores, _session.Layout.MostCells ?? int.MaxValue);
        var bytes = KeyValueCache.BytesOf(_session.Layout, 1, cells);
        await _held.BeginReadingAsync(bytes, cancellationToken).ConfigureAwait(false);
        try
        {
            return await RunAsync(
                () =>
                {
                    var cache = TakeCache(bytes);
                    try
                    {
                        cache.Reshape(1, cells);
                        _reader.Read(cache, ids, sharedLength, cancellationToken, prefix?.KeyValues);
                        return new ReadTokens(read => ReleaseAsync(read, bytes), ids, virtualTokens, cache, _session.LogitsOf(0, 0));
                    }
                    catch
                    {
                        cache.Dispose();
                        throw;
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _held.LetGo(bytes);
            throw;
        }
        finally
        {
            _held.EndReading();
        }
    }

    /// <summary>Draws samples.</summary>
    /// <exception cref="ContextOverflowException">Prompt and samples do not fit the context.</exception>
    public Task<Sample[]> SampleAsync(
        ReadTokens prompt, SampleRequest request, CancellationToken cancellationToken, ThoughtBudget? thoughts = null)
    {
        Validate(prompt, request);
        var plan = PlanFor(prompt.Ids.Length, request);
        return request.Count == 1 && _areRowsIndependent == true
            ? DrawRowAsync(prompt, request, thoughts, cancellationToken)
            : SampleAsync(prompt, plan, request, cancellationToken, thoughts);
    }

    private async Task<Sample[]> DrawRowAsync(
        ReadTokens prompt, SampleRequest request, ThoughtBudget? thoughts, CancellationToken cancellationToken) =>
        [await _rows.DrawAsync(prompt, request, cancellationToken, thoughts).ConfigureAwait(false)];

    /// <summary>Draws samples as a plan says.</summary>
    public Task<Sample[]> SampleAsync(
        ReadTokens prompt, SamplePlan plan, SampleRequest request, CancellationToken cancellationToken, ThoughtBudget? thoughts = null) =>
        RunAsync(() => _drawing.Draw(prompt.Cache, prompt.Logits, plan, request, _work, cancellationToken, thoughts), cancellationToken);

    /// <summary>
    /// Draws one sample for each of several prompts, which may differ in length, in one batch: the weights are read once a step for all of
    /// them. For checks and measurements: the answers to a question set are never drawn so, since a sample's last bits then depend on its
    /// neighbours.
    /// </summary>
    /// <exception cref="ArgumentException">A request asks for more than one sample, or the prompts differ in length and the graph has no
    /// attention mask.</exception>
    /// <exception cref="ContextOverflowException">The longest prompt and the longest sample do not fit the context.</exception>
    public Task<Sample[]> SampleTogetherAsync(
        IReadOnlyList<(ReadTokens Prompt, SampleRequest Request)> prompts, CancellationToken cancellationToken)
    {
        var mostTokens = prompts.Max(static prompt => prompt.Request.MaxTokens);
        foreach (var (prompt, request) in prompts)
        {
            Validate(prompt, request with { MaxTokens = mostTokens });
            if (request.Count != 1)
            {
                throw new ArgumentException(
                    $"Count is {request.Count}: a batch of several prompts draws one sample of each.", nameof(prompts));
            }
        }

        return RunAsync(() => _drawing.DrawTogether(prompts, _work, cancellationToken), cancellationToken);
    }

    /// <summary>Returns how a request's samples are drawn.</summary>
    public SamplePlan PlanFor(int promptLength, SampleRequest request) =>
        SamplePlan.For(
            _session.Layout, _session.Graph.WeightBytes, CanPack, promptLength, request.Count, request.MaxTokens, _options.MemoryBudget);

    /// <summary>Whether the graph outputs hidden states.</summary>
    public bool GivesHiddenStates => _session.Layout.HiddenStates is not null;

    /// <summary>Adds up the last layer's hidden states over the tokens of a text.</summary>
    /// <param name="ids">1 to <see cref="ContextLength"/> tokens.</param>
    /// <param name="cancellationToken">Checked before each pass.</param>
    public Task<double[]> SumHiddenAsync(int[] ids, CancellationToken cancellationToken) => RunAsync(
        () =>
        {
            var sums = new double[_session.Layout.HiddenStates!.Size];

            // A separate cache: what is bound to one stays bound, and no other pass needs the hidden states.
            using var cache = _session.CreateCache();
            cache.Reshape(1, ids.Length);
            PromptReader.Append(_session, cache, ids, tokens => _session.AddHiddenTo(sums, tokens), cancellationToken);
            return sums;
        },
        cancellationToken);

    /// <summary>Scores sequences.</summary>
    /// <exception cref="ContextOverflowException">A sequence does not fit the context.</exception>
    public Task<ContinuationScore[]> ScoreAsync(
        ReadTokens prompt, IReadOnlyList<ScoredSequence> sequences, CancellationToken cancellationToken)
    {
        foreach (var sequence in sequences)
        {
            if (sequence.Length - 1 > ContextLength)
            {
                throw new ContextOverflowException(prompt.Ids.Length, sequence.Length - prompt.Ids.Length, ContextLength);
            }
        }

        return RunAsync(
            () => _scoring.Score(prompt.Ids, prompt.Cache, prompt.Logits, sequences, _work, cancellationToken), cancellationToken);
    }

    /// <summary>Returns the text of a sample's tokens.</summary>
    public string TextOf(ImmutableArray<int> tokens)
    {
        var text = new SampleText(_tokenizer, []);
        foreach (var token in tokens)
        {
            text.Append(token);
        }

        return text.Finish();
    }

    /// <summary>Returns a free cache, or a new one: a cache that is much larger than what is counted would take memory unseen.</summary>
    private KeyValueCache TakeCache(long bytes)
    {
        if (_free.TryPop(out var free))
        {
            if (free.AllocatedBytes <= 2 * bytes)
            {
                return free;
            }

            free.Dispose();
        }

        return _session.CreateCache();
    }

    private async ValueTask ReleaseAsync(KeyValueCache cache, long bytes)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        _held.LetGo(bytes);
        try
        {
            // With several questions at once as many caches are in use. Memory that is given back and taken again costs more than reading
            // a token: the system clears every page of it.
            var free = _free.Sum(static kept => kept.AllocatedBytes) + cache.AllocatedBytes;
            if (_isDisposed || (_free.Count >= MinFreeCaches && !_held.HasRoomFor(free)))
            {
                cache.Dispose();
            }
            else
            {
                _free.Push(cache);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Waits for the running operation, then frees everything.</summary>
    public void Dispose()
    {
        // In the queue behind the others: a thread that blocks on the gate would let every step of the rows go before it.
        _gate.WaitAsync().GetAwaiter().GetResult();
        try
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            foreach (var cache in _free)
            {
                cache.Dispose();
            }

            _free.Clear();
            _rows.Dispose();
            _work.Dispose();
            _prefixes.Dispose();
            _session.Dispose();
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Validate(ReadTokens prompt, SampleRequest request)
    {
        var problem = request switch
        {
            { FirstIndex: < 0 } => $"FirstIndex is {request.FirstIndex}: it must be 0 or more.",
            { Count: < 1 } => $"Count is {request.Count}: it must be 1 or more.",
            { MaxTokens: < 1 } => $"MaxTokens is {request.MaxTokens}: it must be 1 or more.",
            { Temperature: not (>= 0 and < double.PositiveInfinity) } => $"Temperature is {request.Temperature}: it must be 0 or more.",
            { TopP: not (> 0 and <= 1) } => $"TopP is {request.TopP}: it must be above 0 and at most 1.",
            { TopK: < 0 } => $"TopK is {request.TopK}: it must be 0 or more.",
            { MinP: not (>= 0 and <= 1) } => $"MinP is {request.MinP}: it must be 0 to 1.",
            { ThinkingTokens: < 0 } => $"ThinkingTokens is {request.ThinkingTokens}: it must be 0 or more.",
            { Stage: < 0 } => $"Stage is {request.Stage}: it must be 0 or more.",
            _ when request.Stop.Any(string.IsNullOrEmpty) => "Stop has an empty text, which would end every sample at once.",
            _ => null,
        };
        if (problem is not null)
        {
            throw new ArgumentException(problem, nameof(request));
        }

        if (prompt.Ids.Length + request.MaxTokens > ContextLength)
        {
            throw new ContextOverflowException(prompt.Ids.Length, request.MaxTokens, ContextLength);
        }
    }

    private async Task<T> RunAsync<T>(Func<T> operation, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return await Task.Run(operation, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }
}
