using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Queries;

/// <summary>
/// The answers of runs in progress that are not collected yet, as the progress blobs of their batches have them. However many look at a
/// run, one reader of this process reads for them: at most once a second, only while somebody looks, and only what was appended since.
/// It keeps the rows of the batches in work, without texts; once a batch is collected, the table of answers has them.
/// </summary>
/// <param name="storage">The storage.</param>
/// <param name="time">The clock.</param>
internal sealed class AnswersInWork(RunStorage storage, TimeProvider time)
{
    /// <summary>How long what was read is good for, from the beginning of the reading.</summary>
    public static readonly TimeSpan ReadEvery = TimeSpan.FromSeconds(1);

    /// <summary>How long a run's rows are kept when nobody looks.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<RunId, Reader> _readers = [];

    /// <summary>
    /// The answers in work, as of at most <see cref="ReadEvery"/> ago. A caller that reads the table of answers afterwards misses none: an
    /// answer that is no longer here is in the table already.
    /// </summary>
    /// <param name="run">The run, as it was just read; one that has ended has none.</param>
    /// <param name="cancellationToken">Cancels the waiting; others wait for the same reading.</param>
    public async Task<RowsInWork> ReadAsync(RunSummary run, CancellationToken cancellationToken)
    {
        if (run.State.IsFinal() || run.State == RunState.Deleting || run.Requested == RequestedAction.Delete)
        {
            return RowsInWork.None;
        }

        Task<RowsInWork> reading;
        lock (_lock)
        {
            if (!_readers.TryGetValue(run.Run, out var reader) || reader.Retry != run.Retry)
            {
                reader?.Dispose();
                _readers[run.Run] = reader = new Reader(storage, time, run.Run, run.Retry, Forget);
            }

            reading = reader.Read();
        }

        return await reading.WaitAsync(cancellationToken);
    }

    private void Forget(Reader reader)
    {
        lock (_lock)
        {
            if (_readers.GetValueOrDefault(reader.Run) == reader && reader.IsIdle())
            {
                _readers.Remove(reader.Run);
                reader.Dispose();
            }
        }
    }

    /// <summary>What one run has in work. Its members are called under the lock of <see cref="AnswersInWork"/>.</summary>
    private sealed class Reader : IDisposable
    {
        /// <summary>So many batches that were read before are read again at once; the others wait for the next time.</summary>
        private const int MaxAgain = 32;

        private const int AtOnce = 8;

        private readonly RunStorage _storage;
        private readonly TimeProvider _time;
        private readonly BatchRows _batches;
        private readonly ITimer _forgetting;
        private readonly Dictionary<BatchId, BatchInWork> _inWork = [];
        private RowsInWork _rows = RowsInWork.None;
        private Task<RowsInWork>? _reading;
        private long _began;
        private long _asked;
        private int? _cursor;
        private (int Cursor, int Collected) _collected;
        private int _round;
        private bool _isBehind;

        public Reader(RunStorage storage, TimeProvider time, RunId run, int retry, Action<Reader> forget)
        {
            (_storage, _time, Run, Retry) = (storage, time, run, retry);
            _batches = new BatchRows(storage);
            _forgetting = time.CreateTimer(_ => forget(this), null, KeptFor, Timeout.InfiniteTimeSpan);
        }

        public RunId Run { get; }

        /// <summary>The retry whose batches it reads.</summary>
        public int Retry { get; }

        /// <summary>Whether nobody has looked for long enough; otherwise this is asked again later.</summary>
        public bool IsIdle() =>
            _time.GetElapsedTime(_asked) >= KeptFor || !_forgetting.Change(KeptFor, Timeout.InfiniteTimeSpan);

        /// <summary>What is read now, or was read a moment ago, or a new reading.</summary>
        public Task<RowsInWork> Read()
        {
            _asked = _time.GetTimestamp();
            _forgetting.Change(KeptFor, Timeout.InfiniteTimeSpan);
            if (_reading is not { } last
                || (last.IsCompleted && (!last.IsCompletedSuccessfully || _time.GetElapsedTime(_began) >= ReadEvery)))
            {
                _began = _asked;
                _reading = Task.Run(ReadAsync);
            }

            return _reading;
        }

        public void Dispose() => _forgetting.Dispose();

        private async Task<RowsInWork> ReadAsync()
        {
            _cursor ??= await new RunRows(_storage).FindAsync(Run, CancellationToken.None) is { } run && run.Summary.Retry == Retry
                ? run.Cursor
                : 0;
            var rows = await _batches.FromAsync(Run, Retry, _cursor.Value, CancellationToken.None);
            foreach (var row in rows)
            {
                if (row.Collected)
                {
                    _inWork.Remove(row.Batch);
                }
                else if (row.State != BatchState.Waiting)
                {
                    _inWork.TryAdd(row.Batch, new BatchInWork(_storage.Progress(Run, row.Batch)));
                }
            }

            // What is collected was seen here perhaps only in part, or not at all.
            var gapless = rows.TakeWhile(static row => row.Collected).ToList();
            _cursor = gapless.Count > 0 ? gapless[^1].Batch.Number + 1 : _cursor;
            var collected = (_cursor.Value, rows.Count(static row => row.Collected) - gapless.Count);
            var changed = _isBehind || collected != _collected;

            // If the reading fails midway, the next one makes the rows of all that was read.
            (_collected, _isBehind, _round) = (collected, true, _round + 1);
            var found = rows.ToDictionary(static row => row.Batch);
            var asked = _inWork
                .Select(batch => (Row: found.GetValueOrDefault(batch.Key) ?? BatchInWork.LostRow(batch.Key), Batch: batch.Value))
                .Where(static batch => batch.Batch.MayHaveMore(batch.Row))
                .ToLookup(static batch => batch.Batch.Round > 0);
            await Parallel.ForEachAsync(
                asked[false].Concat(asked[true].OrderBy(static batch => batch.Batch.Round).Take(MaxAgain)),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
                async (batch, cancel) =>
                {
                    if (await batch.Batch.ReadAsync(batch.Row, _round, cancel))
                    {
                        Volatile.Write(ref changed, true);
                    }
                });
            _isBehind = false;
            return changed
                ? _rows = new RowsInWork(
                    _rows.Version + 1, [.. _inWork.Values.SelectMany(static batch => batch.Rows).OrderBy(static row => row.Ordinal)])
                : _rows;
        }
    }

    /// <summary>One batch: what its progress blob has answered so far.</summary>
    private sealed class BatchInWork(ProgressBlob blob)
    {
        private readonly Dictionary<int, StoredAnswerRow> _rows = [];
        private long _position;
        private DateTimeOffset _changed;

        /// <summary>In which round it was read last; 0 before the first time.</summary>
        public int Round { get; private set; }

        public IEnumerable<StoredAnswerRow> Rows => _rows.Values;

        /// <summary>For a batch whose row is gone: with the run, or until it is made again.</summary>
        public static BatchRow LostRow(BatchId batch) => new() { Batch = batch, State = BatchState.Running };

        /// <summary>
        /// Whether something can have been appended since it was read: a worker says that it begins before it appends an answer.
        /// </summary>
        public bool MayHaveMore(BatchRow row) => row.State == BatchState.Running || row.Timestamp != _changed;

        /// <summary>
        /// Reads what was appended since it was read last. A line that is torn, or being appended, is left for the next time.
        /// </summary>
        /// <param name="row">Its row, which was read before.</param>
        /// <param name="round">The round in which it is read.</param>
        /// <param name="cancellationToken">Cancels the call.</param>
        /// <returns>Whether its answers are others than before.</returns>
        public async Task<bool> ReadAsync(BatchRow row, int round, CancellationToken cancellationToken)
        {
            // From the line feed that ends what was read: if it is not there, the storage was restored and has less than it had.
            var from = Math.Max(0, _position - 1);
            var known = _rows.Count;
            Round = round;
            try
            {
                await using var content = await blob.FindStreamAsync(from, cancellationToken);
                if (content is null)
                {
                    var hadAny = BeginAgain();
                    _changed = row.Timestamp;
                    return hadAny;
                }

                await foreach (var line in JsonLines.ReadAsync(content, cancellationToken))
                {
                    if (line.Offset == 0 && from > 0)
                    {
                        return BeginAgain();
                    }

                    if (line.Complete)
                    {
                        Take(line.Content, from + line.Offset);
                        _position = from + line.Offset + line.Content.Length + 1;
                    }
                }

                _changed = row.Timestamp;
            }
            catch (Exception exception) when (exception.IsChanged() || exception.IsMissing())
            {
                // The connection broke and something was appended, or all was deleted, before it was there again: next time.
            }

            return _rows.Count > known;
        }

        private bool BeginAgain()
        {
            var hadAny = _rows.Count > 0;
            _rows.Clear();
            (_position, _changed) = (0, default);
            return hadAny;
        }

        /// <summary>
        /// Notes an answer, as a batch's next worker does: the first one of a question counts, and other lines say nothing.
        /// </summary>
        private void Take(ReadOnlyMemory<byte> line, long offset)
        {
            if (BlobReading.ParseLine(line, PipelineJson.Counted) is { } answered && !_rows.ContainsKey(answered.Ordinal))
            {
                _rows.Add(answered.Ordinal, AnswerRows.RowOf(answered, blob.Batch, offset, line.Length));
            }
        }
    }
}

/// <summary>The rows of answers that are not collected, as the table of answers will have them.</summary>
/// <param name="Version">Changes when answers appeared, here or in the table.</param>
/// <param name="Rows">In the order of their ordinals; their places are in progress blobs.</param>
internal sealed record RowsInWork(long Version, ImmutableArray<StoredAnswerRow> Rows)
{
    private static readonly Comparer<StoredAnswerRow> ByOrdinal =
        Comparer<StoredAnswerRow>.Create(static (one, other) => one.Ordinal.CompareTo(other.Ordinal));

    /// <summary>No answers.</summary>
    public static RowsInWork None { get; } = new(0, []);

    /// <summary>The row of a question, or <see langword="null"/>.</summary>
    public StoredAnswerRow? Find(int ordinal) => PlaceOf(ordinal) is >= 0 and var place ? Rows[place] : null;

    /// <summary>Of a question's row in the table and its row here, either of which may be missing, the one of the later try.</summary>
    public StoredAnswerRow? LaterOf(int ordinal, StoredAnswerRow? collected) =>
        Find(ordinal) is { } row && !(collected?.Retry >= row.Retry) ? row : collected;

    /// <summary>Merges collected rows and rows in work; of a question that is in both, the later try.</summary>
    /// <param name="collected">Collected rows in the order of their ordinals.</param>
    /// <param name="inWork">Rows in work in the order of their ordinals.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async IAsyncEnumerable<AnswerRow> MergeAsync(
        IAsyncEnumerable<StoredAnswerRow> collected,
        IAsyncEnumerable<StoredAnswerRow> inWork,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var left = inWork.GetAsyncEnumerator(cancellationToken);
        var isLeft = await left.MoveNextAsync();
        await foreach (var row in collected.WithCancellation(cancellationToken))
        {
            for (; isLeft && left.Current.Ordinal < row.Ordinal; isLeft = await left.MoveNextAsync())
            {
                yield return left.Current;
            }

            if (isLeft && left.Current.Ordinal == row.Ordinal)
            {
                yield return left.Current.Retry > row.Retry ? left.Current : row;
                isLeft = await left.MoveNextAsync();
            }
            else
            {
                yield return row;
            }
        }

        for (; isLeft; isLeft = await left.MoveNextAsync())
        {
            yield return left.Current;
        }
    }

    /// <summary>The rows from an ordinal on.</summary>
    public IEnumerable<StoredAnswerRow> From(int ordinal)
    {
        var place = PlaceOf(ordinal);
        return Rows.Skip(place < 0 ? ~place : place);
    }

    private int PlaceOf(int ordinal) =>
        Rows.BinarySearch(new StoredAnswerRow { Ordinal = ordinal, Id = "", Dataset = "" }, ByOrdinal);
}
