using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Storage;

namespace MedQA.Pipeline.Budgeting;

/// <summary>
/// Tracks the use of a day's runs, for the whole service and for each caller, in the partition <c>budget</c> of the table of runs. A
/// run reserves its maximum before any of its batches is sent, and returns what it did not need at its end. The run's row and the
/// totals change in one transaction against the versions that were read, so a run counts once however often it is tried, and of two
/// that do not fit together one is refused. The totals remain when a run is deleted.
/// </summary>
public sealed class BudgetLedger
{
    /// <summary>The caller charged for uploads written directly to the container, whose authors are unknown.</summary>
    public const string StorageCaller = "storage";

    private const string Partition = "budget";

    /// <summary>Sums and claims are kept for so long: only those of the last two days are ever asked for.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    private readonly StoredTable _table;
    private readonly TimeProvider _time;

    /// <summary>Counts in a storage.</summary>
    /// <param name="storage">The storage.</param>
    /// <param name="budget">What a day's runs may take.</param>
    /// <param name="time">The clock: says which day it is.</param>
    /// <exception cref="ArgumentException">A setting is outside its range; the message names it.</exception>
    public BudgetLedger(RunStorage storage, DayBudget budget, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(budget);
        ArgumentNullException.ThrowIfNull(time);
        budget.Check();
        (_table, Budget, _time) = (StoredTable.OfRuns(storage), budget, time);
    }

    /// <summary>What a day's runs may take.</summary>
    internal DayBudget Budget { get; }

    /// <summary>
    /// Why a run would have to wait if it began now, as what follows "because"; <see langword="null"/> where it would not.
    /// </summary>
    /// <param name="caller">Who would start it.</param>
    /// <param name="tokens">Tokens that it can generate at most.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<string?> WhyWaitAsync(string caller, long tokens, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(caller);
        var day = Today();
        var (service, own) = (await FindAsync(DayKey(day), cancellationToken), await FindAsync(DayKey(day, caller), cancellationToken));
        return Budget.WhyNot(Budget.UseOf(tokens), UseOf(service), UseOf(own), day);
    }

    /// <summary>
    /// Records who is about to store an upload, before it is stored, so that the first to see the blob finds it here. Only this service
    /// can write it, so what a blob says of itself need not be believed.
    /// </summary>
    /// <param name="blobName">The blob that will be written.</param>
    /// <param name="caller">Who asked for it.</param>
    /// <param name="profileHash">The hash of the profile that the caller means; <see langword="null"/> where none is stated.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    internal Task ClaimAsync(string blobName, string caller, string? profileHash, CancellationToken cancellationToken)
    {
        var claim = new StoredRow(Partition, ClaimKey(blobName)) { ["Caller"] = caller };
        claim.SetWhereKnown("ProfileHash", profileHash);
        return _table.PutAsync(claim, cancellationToken);
    }

    /// <summary>
    /// Decides which caller is charged for a run, once, before the run exists. A claim is valid for one run of exactly the claimed content:
    /// anyone who can write to the container can repeat or replace an upload, but not at another caller's expense.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="blobName">The run's upload.</param>
    /// <param name="isWhatWasClaimed">
    /// Looks whether the blob is as this service stores it, for the profile with the hash in the claim; asked only where there is a claim.
    /// </param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    internal async Task NoteCallerAsync(
        RunId run, string blobName, Func<string?, CancellationToken, Task<bool>> isWhatWasClaimed, CancellationToken cancellationToken)
    {
        while (await FindAsync(RunKey(run), cancellationToken) is null)
        {
            var claim = await FindAsync(ClaimKey(blobName), cancellationToken);
            if (claim is not null && !await isWhatWasClaimed(claim.GetString("ProfileHash"), cancellationToken))
            {
                claim = null;
            }

            var entry = new Entry { Caller = claim?.GetString("Caller") ?? StorageCaller }.ToRow(run);
            List<RowChange> actions = [RowChange.Add(entry)];
            if (claim is not null)
            {
                actions.Add(RowChange.Delete(claim));
            }

            if (await _table.TrySubmitAsync(actions, cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>Reserves what a run can take, on the day that it is now.</summary>
    /// <param name="run">The run.</param>
    /// <param name="start">Which of its starts this is; see <see cref="RunRow.Start"/>.</param>
    /// <param name="need">What it can take at most from now on.</param>
    /// <param name="spent">What all of it has taken before.</param>
    /// <param name="approved">Whether it counts although it does not fit.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <returns>Why it must wait, as what follows "because"; <see langword="null"/> where it is reserved, by this call or an earlier
    /// one.</returns>
    internal async Task<string?> ReserveAsync(
        RunId run, int start, BudgetUse need, BudgetUse spent, bool approved, CancellationToken cancellationToken)
    {
        while (true)
        {
            var day = Today();
            var standing = await FindAsync(RunKey(run), cancellationToken);
            var entry = standing is null ? new Entry() : Entry.From(standing);
            if (entry.Start >= start)
            {
                return null;
            }

            var service = await FindAsync(DayKey(day), cancellationToken);
            var own = await FindAsync(DayKey(day, entry.Caller), cancellationToken);
            if (!approved && Budget.WhyNot(need, UseOf(service), UseOf(own), day) is { } reason)
            {
                return reason;
            }

            // Between an end and the next start a worker may find a message that was left: what it takes then belongs to that start.
            var before = entry.Start < 0 || entry.Open ? spent : entry.Before;
            var reserved = entry with { Start = start, Day = day, Counted = need, Before = before, Open = true };
            List<RowChange> actions =
            [
                Write(reserved.ToRow(run), standing),
                Write(SumOf(DayKey(day), "", UseOf(service) + need), service),
                Write(SumOf(DayKey(day, entry.Caller), entry.Caller, UseOf(own) + need), own),
            ];
            if (await _table.TrySubmitAsync(actions, cancellationToken))
            {
                return null;
            }
        }
    }

    /// <summary>
    /// Counts what a run that has ended did take in place of what it had reserved. Done again, or for a start that nothing was reserved
    /// for, it changes nothing.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="start">Which of its starts has ended.</param>
    /// <param name="spent">What all of it has taken, in this start and before.</param>
    /// <param name="doubtful">What it may have taken besides; it counts as far as it was reserved.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    internal async Task SettleAsync(RunId run, int start, BudgetUse spent, BudgetUse doubtful, CancellationToken cancellationToken)
    {
        while (await FindAsync(RunKey(run), cancellationToken) is { } standing)
        {
            var entry = Entry.From(standing);
            if (!entry.Open || entry.Start != start)
            {
                return;
            }

            var taken = spent - entry.Before;
            var counted = BudgetUse.Larger(taken, BudgetUse.Smaller(entry.Counted, taken + doubtful));
            var settled = entry with { Counted = counted, Before = spent, Open = false };
            List<RowChange> actions = [Write(settled.ToRow(run), standing)];
            foreach (var (key, caller) in ((string, string)[])[(DayKey(entry.Day), ""), (DayKey(entry.Day, entry.Caller), entry.Caller)])
            {
                // The totals of days long past have been deleted.
                if (await FindAsync(key, cancellationToken) is { } sum)
                {
                    actions.Add(Write(SumOf(key, caller, UseOf(sum) + counted - entry.Counted), sum));
                }
            }

            if (await _table.TrySubmitAsync(actions, cancellationToken))
            {
                return;
            }
        }
    }

    /// <summary>Removes the sums of days that are long past, and claims whose upload never came.</summary>
    internal async Task RemoveOldAsync(CancellationToken cancellationToken)
    {
        var before = _time.GetUtcNow() - Kept;
        var (firstDay, oldDay) = (DayKey(""), DayKey(DayOf(before)));
        var (firstClaim, pastClaims) = (ClaimPrefix, ClaimPrefix + "~");
        FormattableString[] filters =
        [
            $"PartitionKey eq {Partition} and RowKey ge {firstDay} and RowKey lt {oldDay}",
            $"PartitionKey eq {Partition} and RowKey ge {firstClaim} and RowKey lt {pastClaims} and Timestamp lt {before}",
        ];
        foreach (var filter in filters)
        {
            await foreach (var row in _table.QueryAsync(filter, cancellationToken))
            {
                // One that was written anew since is not old.
                await _table.TrySubmitAsync([RowChange.Delete(row)], cancellationToken);
            }
        }
    }

    /// <summary>Removes the row of a run that is deleted. What it counts for stays in the sums of its day.</summary>
    internal static Task ForgetAsync(RunStorage storage, RunId run, CancellationToken cancellationToken) =>
        StoredTable.OfRuns(storage).DeleteAsync(Partition, RunKey(run), cancellationToken);

    private const string ClaimPrefix = "upload-";

    private static string RunKey(RunId run) => $"run-{run}";

    private static string ClaimKey(string blobName) => ClaimPrefix + Hash(blobName);

    private static string DayKey(string day) => $"day-{day}";

    private static string DayKey(string day, string caller) => $"{DayKey(day)}-{Hash(caller)}";

    /// <summary>Names of blobs and callers may have characters that a key cannot.</summary>
    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string DayOf(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static BudgetUse UseOf(StoredRow? sum) => sum is null ? default : Entry.Read(sum, "");

    private static StoredRow SumOf(string key, string caller, BudgetUse use)
    {
        var sum = new StoredRow(Partition, key) { ["Caller"] = caller };
        Entry.Write(sum, "", use);
        return sum;
    }

    /// <summary>Writes a row in place of the version that was read, or a new one where none was.</summary>
    private static RowChange Write(StoredRow row, StoredRow? standing) =>
        standing is null ? RowChange.Add(row) : RowChange.Replace(row, standing.Version);

    private string Today() => DayOf(_time.GetUtcNow());

    private Task<StoredRow?> FindAsync(string key, CancellationToken cancellationToken) =>
        _table.FindAsync(Partition, key, cancellationToken);

    /// <summary>What a run has reserved or taken.</summary>
    private sealed record Entry
    {
        public string Caller { get; init; } = StorageCaller;

        /// <summary>The last of its starts that something was reserved for; −1 before the first.</summary>
        public int Start { get; init; } = -1;

        /// <summary>The day that this start counts for.</summary>
        public string Day { get; init; } = "";

        /// <summary>What this start counts in the sums of its day.</summary>
        public BudgetUse Counted { get; init; }

        /// <summary>What all of the run had taken before this start; once it is settled, with it.</summary>
        public BudgetUse Before { get; init; }

        /// <summary>Whether what counts is a reservation.</summary>
        public bool Open { get; init; }

        public static BudgetUse Read(StoredRow entity, string prefix) =>
            new(entity.GetInt64(prefix + "Tokens") ?? 0, entity.GetDouble(prefix + "Seconds") ?? 0);

        public static void Write(StoredRow entity, string prefix, BudgetUse use) =>
            (entity[prefix + "Tokens"], entity[prefix + "Seconds"]) = (use.Tokens, use.Seconds);

        public static Entry From(StoredRow entity) => new()
        {
            Caller = entity.GetString("Caller"),
            Start = entity.GetInt32("Start") ?? -1,
            Day = entity.GetString("Day"),
            Counted = Read(entity, ""),
            Before = Read(entity, "Before"),
            Open = entity.GetBoolean("Open") ?? false,
        };

        public StoredRow ToRow(RunId run)
        {
            var entity = new StoredRow(Partition, RunKey(run)) { ["Caller"] = Caller, ["Start"] = Start, ["Day"] = Day, ["Open"] = Open };
            Write(entity, "", Counted);
            Write(entity, "Before", Before);
            return entity;
        }
    }
}
