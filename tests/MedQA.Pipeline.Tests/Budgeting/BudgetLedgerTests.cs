using FsCheck.Fluent;
using MedQA.Pipeline.Budgeting;
using MedQA.Pipeline.Runs;
using MedQA.Pipeline.Tests.Fixtures;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Pipeline.Tests.Budgeting;

public sealed class BudgetLedgerTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Noon = new(2031, 5, 6, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private enum Act
    {
        Reserve,
        Approve,
        Settle,
        Again,
        NextDay,
    }

    [Fact]
    public async Task Whatever_is_reserved_settled_and_begun_again_the_sums_are_those_of_the_runs_and_only_approvals_pass_the_limit()
    {
        const long Limit = 100;
        var steps = Gen.Choose(0, 4).Zip(Gen.Choose(0, 4))
            .Zip(Gen.Choose(1, 60), static (step, tokens) => (Act: (Act)step.Item1, Run: step.Item2, Tokens: tokens));
        foreach (var (scenario, at) in Gen.Sample(steps.ListOf(25), 12, 8).Select(static (scenario, at) => (scenario, at)))
        {
            var storage = await azurite.NewAsync();
            var time = new FakeTimeProvider(Noon);
            var ledger = new BudgetLedger(storage, new DayBudget { MaxGeneratedTokensPerDay = Limit }, time);
            var runs = Enumerable.Range(0, 5).Select(static _ => new Modelled()).ToArray();
            var sums = new Dictionary<string, long>();
            foreach (var step in scenario)
            {
                var (run, name, day) = (runs[step.Run], RunOf(step.Run), time.GetUtcNow().ToString("yyyy-MM-dd"));
                switch (step.Act)
                {
                    case Act.Reserve or Act.Approve:
                        var fits = sums.GetValueOrDefault(day) + step.Tokens <= Limit;
                        var (need, approved) = (new BudgetUse(step.Tokens, 0), step.Act == Act.Approve);
                        var reason = await ledger.ReserveAsync(name, run.Start, need, new BudgetUse(run.Spent, 0), approved, Cancel);
                        Assert.Equal(run.Reserved || approved || fits, reason is null);
                        if (!run.Reserved && reason is null)
                        {
                            (run.Reserved, run.Open, run.Day, run.Counted) = (true, true, day, step.Tokens);
                            run.Before = run.Settled ?? run.Spent;
                            sums[day] = sums.GetValueOrDefault(day) + step.Tokens;
                        }

                        break;
                    case Act.Settle:
                        run.Spent += step.Tokens;
                        await ledger.SettleAsync(name, run.Start, new BudgetUse(run.Spent, 0), default, Cancel);
                        if (run.Open)
                        {
                            sums[run.Day] += run.Spent - run.Before - run.Counted;
                            (run.Open, run.Settled) = (false, run.Spent);
                        }

                        break;
                    case Act.Again when !run.Open:
                        (run.Start, run.Reserved) = (run.Start + 1, false);
                        break;
                    case Act.NextDay:
                        time.Advance(TimeSpan.FromDays(1));
                        break;
                    default:
                        break;
                }
            }

            var stored = (await BudgetRows.DaysAsync(storage)).Select(static sum => (sum.Day, sum.Tokens));
            var expected = sums.OrderBy(static sum => sum.Key, StringComparer.Ordinal).Select(static sum => (sum.Key, sum.Value));
            Assert.True(expected.SequenceEqual(stored), $"Scenario {at}: {string.Join(", ", scenario)}");
        }
    }

    [Fact]
    public async Task Of_runs_that_many_processes_reserve_for_at_the_same_moment_as_many_get_through_as_fit_and_each_counts_once()
    {
        var storage = await azurite.NewAsync();
        var budget = new DayBudget { MaxGeneratedTokensPerDay = 50, MaxGeneratedTokensPerCallerPerDay = 1000 };
        var ledgers = Enumerable.Range(0, 4).Select(_ => new BudgetLedger(storage, budget, new FakeTimeProvider(Noon))).ToArray();

        var asked = await Task.WhenAll(from run in Enumerable.Range(0, 8) from ledger in ledgers select AskAsync(ledger, run));

        var through = asked.Where(static answer => answer.Reason is null).Select(static answer => answer.Run).Distinct().Count();
        Assert.Equal(5, through);
        Assert.Equal(50, await BudgetRows.TokensAsync(storage));
        Assert.Equal(50, await BudgetRows.TokensAsync(storage, BudgetLedger.StorageCaller));

        async Task<(int Run, string? Reason)> AskAsync(BudgetLedger ledger, int run) =>
            (run, await ledger.ReserveAsync(RunOf(run), 0, new BudgetUse(10, 0), default, approved: false, Cancel));
    }

    [Fact]
    public async Task A_run_that_processes_on_both_sides_of_midnight_reserve_for_counts_for_one_day()
    {
        var storage = await azurite.NewAsync();
        var budget = new DayBudget { MaxGeneratedTokensPerDay = 50 };
        var midnight = new DateTimeOffset(2031, 5, 7, 0, 0, 0, TimeSpan.Zero);
        var before = new BudgetLedger(storage, budget, new FakeTimeProvider(midnight.AddSeconds(-1)));
        var after = new BudgetLedger(storage, budget, new FakeTimeProvider(midnight.AddSeconds(1)));

        await Task.WhenAll(
            from run in Enumerable.Range(0, 5)
            from ledger in (BudgetLedger[])[before, after, before, after]
            select ledger.ReserveAsync(RunOf(run), 0, new BudgetUse(10, 1), default, approved: false, Cancel));
        Assert.Equal(50, await BudgetRows.TokensAsync(storage));

        // The end comes on the other day, and is counted on the one that the run began on.
        for (var run = 0; run < 5; run++)
        {
            await after.SettleAsync(RunOf(run), 0, new BudgetUse(3, 0.5), default, Cancel);
            await before.SettleAsync(RunOf(run), 0, new BudgetUse(3, 0.5), default, Cancel);
        }

        Assert.Equal(15, await BudgetRows.TokensAsync(storage));
        Assert.Equal(2.5, (await BudgetRows.DaysAsync(storage)).Sum(static sum => sum.Seconds));
    }

    [Fact]
    public async Task The_reason_names_the_setting_what_is_used_and_the_day()
    {
        var storage = await azurite.NewAsync();
        var budget = new DayBudget
        {
            MaxGeneratedTokensPerDay = 1000,
            MaxComputeHoursPerDay = 1,
            MaxGeneratedTokensPerCallerPerDay = 800,
            MaxComputeHoursPerCallerPerDay = 0.5,
            TokensPerSecond = 1,
        };
        var ledger = new BudgetLedger(storage, budget, new FakeTimeProvider(Noon));
        await ledger.ReserveAsync(RunOf(0), 0, new BudgetUse(500, 900), default, approved: false, Cancel);

        Assert.Equal(
            "it can generate 301 tokens, and its caller's runs of 2031-05-06 (UTC) have taken or reserved 500 of the 800 tokens"
                + " that Limits__MaxGeneratedTokensPerCallerPerDay allows",
            await ReserveAsync(301, 1));
        Assert.Equal(
            "it can take 0.3 hours, and its caller's runs of 2031-05-06 (UTC) have taken or reserved 0.25 of the 0.5 hours"
                + " that Limits__MaxComputeHoursPerCallerPerDay allows",
            await ReserveAsync(1, 1080));
        Assert.Equal(
            "it can generate 501 tokens, and all runs of 2031-05-06 (UTC) have taken or reserved 500 of the 1000 tokens"
                + " that Limits__MaxGeneratedTokensPerDay allows",
            await ledger.WhyWaitAsync("other", 501, Cancel));
        Assert.Null(await ledger.WhyWaitAsync("other", 500, Cancel));

        Task<string?> ReserveAsync(long tokens, double seconds) =>
            ledger.ReserveAsync(RunOf(1), 0, new BudgetUse(tokens, seconds), default, approved: false, Cancel);
    }

    [Fact]
    public async Task A_run_that_draws_no_token_begins_as_long_as_any_hour_is_left_and_counts_the_hours_that_it_took()
    {
        var budget = new DayBudget { MaxComputeHoursPerDay = 1, MaxGeneratedTokensPerDay = 0 };
        var ledger = new BudgetLedger(await azurite.NewAsync(), budget, new FakeTimeProvider(Noon));
        Assert.Null(await ledger.ReserveAsync(RunOf(0), 0, default, default, approved: false, Cancel));
        Assert.Null(await ledger.WhyWaitAsync("other", 0, Cancel));

        await ledger.SettleAsync(RunOf(0), 0, new BudgetUse(0, 3600), default, Cancel);

        Assert.Contains("MaxComputeHoursPerDay", await ledger.WhyWaitAsync("other", 0, Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_doubtful_counts_as_far_as_it_was_reserved()
    {
        var storage = await azurite.NewAsync();
        var ledger = new BudgetLedger(storage, new DayBudget { MaxGeneratedTokensPerDay = 1000 }, new FakeTimeProvider(Noon));
        foreach (var (run, spent, doubtful) in ((int, long, long)[])[(0, 30, 20), (1, 30, 500), (2, 150, 20)])
        {
            await ledger.ReserveAsync(RunOf(run), 0, new BudgetUse(100, 10), default, approved: false, Cancel);
            await ledger.SettleAsync(RunOf(run), 0, new BudgetUse(spent, 1), new BudgetUse(doubtful, 1), Cancel);
        }

        Assert.Equal(50 + 100 + 150, await BudgetRows.TokensAsync(storage));
    }

    [Theory]
    [InlineData(-1, null, 150.0, "MaxGeneratedTokensPerDay")]
    [InlineData(null, double.NaN, 150.0, "MaxComputeHoursPerCallerPerDay")]
    [InlineData(null, null, 0.0, "TokensPerSecond")]
    public async Task Limits_that_cannot_be_are_refused_by_name(int? tokens, double? hours, double rate, string setting)
    {
        var storage = await azurite.NewAsync();
        var budget = new DayBudget { MaxGeneratedTokensPerDay = tokens, MaxComputeHoursPerCallerPerDay = hours, TokensPerSecond = rate };
        var fault = Assert.Throws<ArgumentException>(() => new BudgetLedger(storage, budget, TimeProvider.System));
        Assert.Contains(setting, fault.Message, StringComparison.Ordinal);
    }

    private static RunId RunOf(int number) => RunId.FromHash([.. Enumerable.Repeat((byte)(number + 1), 10)]);

    private sealed class Modelled
    {
        public int Start { get; set; }

        public bool Reserved { get; set; }

        public bool Open { get; set; }

        public string Day { get; set; } = "";

        public long Counted { get; set; }

        public long Before { get; set; }

        public long Spent { get; set; }

        public long? Settled { get; set; }
    }
}
