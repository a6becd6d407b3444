using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using MedQA.Endpoints.Pacing;
using MedQA.Endpoints.Settings;
using Microsoft.Extensions.Time.Testing;

namespace MedQA.Endpoints.Tests.Pacing;

public sealed class RequestPacerTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task As_many_requests_as_allowed_run_at_once_and_one_that_ends_lets_the_next_through()
    {
        using var pacer = new RequestPacer(new EndpointLimits(Concurrency: 2), _time);
        using var first = await Enter(pacer);
        using var second = await Enter(pacer);
        var third = Enter(pacer);
        Assert.False(third.IsCompleted);
        first.Dispose();
        (await third).Dispose();
    }

    [Fact]
    public async Task Requests_of_a_minute_are_counted_also_after_they_ended()
    {
        using var pacer = new RequestPacer(new EndpointLimits(RequestsPerMinute: 2, Concurrency: 9), _time);
        (await Enter(pacer)).Dispose();
        (await Enter(pacer)).Dispose();
        var third = Enter(pacer);
        _time.Advance(Minute);
        Assert.False(third.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await third).Dispose();
    }

    [Fact]
    public async Task Tokens_are_counted_as_reserved_until_what_was_used_is_known()
    {
        using var pacer = new RequestPacer(new EndpointLimits(TokensPerMinute: 100, Concurrency: 9), _time);
        using var first = await Enter(pacer, 90);
        var second = Enter(pacer, 20);
        Assert.False(second.IsCompleted);
        first.Settle(80);
        using var entered = await second;
        var third = Enter(pacer, 10);
        Assert.False(third.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(61));
        (await third).Dispose();
    }

    [Fact]
    public async Task A_request_of_more_tokens_than_a_minute_has_goes_alone_and_holds_its_minutes()
    {
        using var pacer = new RequestPacer(new EndpointLimits(TokensPerMinute: 100, Concurrency: 9), _time);
        using var large = await Enter(pacer, 250);
        var next = Enter(pacer, 1);
        _time.Advance(2 * Minute);
        Assert.False(next.IsCompleted);
        _time.Advance(Minute);
        (await next).Dispose();
    }

    [Fact]
    public async Task A_share_takes_its_part_of_every_limit_and_at_least_one_request_at_a_time()
    {
        using var pacer = new RequestPacer(new EndpointLimits(RequestsPerMinute: 4, Concurrency: 8), _time);
        Assert.Equal(8, pacer.Concurrency);
        pacer.SetShare(0.5);
        Assert.Equal(4, pacer.Concurrency);
        (await Enter(pacer)).Dispose();
        (await Enter(pacer)).Dispose();
        var third = Enter(pacer);
        Assert.False(third.IsCompleted);
        pacer.SetShare(1);
        (await third).Dispose();
        pacer.SetShare(0.01);
        Assert.Equal(1, pacer.Concurrency);
    }

    [Fact]
    public async Task A_share_of_less_than_one_request_a_minute_waits_for_several_minutes()
    {
        using var pacer = new RequestPacer(new EndpointLimits(RequestsPerMinute: 1, Concurrency: 8), _time);
        pacer.SetShare(0.25);
        (await Enter(pacer)).Dispose();
        var second = Enter(pacer);
        _time.Advance(4 * Minute);
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        (await second).Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1.5)]
    [InlineData(double.NaN)]
    public void A_share_is_more_than_0_and_at_most_1(double share)
    {
        using var pacer = new RequestPacer(new EndpointLimits(), _time);
        Assert.Throws<ArgumentOutOfRangeException>(() => pacer.SetShare(share));
    }

    [Fact]
    public async Task Nobody_is_let_through_during_a_pause_and_a_shorter_pause_does_not_end_a_longer_one()
    {
        using var pacer = new RequestPacer(new EndpointLimits(), _time);
        pacer.Pause(TimeSpan.FromSeconds(20));
        pacer.Pause(TimeSpan.FromSeconds(5));
        var entering = Enter(pacer);
        _time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(entering.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await entering).Dispose();
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_makes_way()
    {
        using var pacer = new RequestPacer(new EndpointLimits(TokensPerMinute: 100, Concurrency: 9), _time);
        using var first = await Enter(pacer, 50);
        using var giving = new CancellationTokenSource();
        var large = pacer.EnterAsync(90, giving.Token);
        var small = Enter(pacer, 10);
        Assert.False(small.IsCompleted);
        await giving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        (await small).Dispose();
    }

    [Property(MaxTest = 60)]
    public Property In_no_minute_are_there_more_requests_or_tokens_than_allowed() => Prop.ForAll(
        Gen.Choose(1, 8).Zip(Gen.Choose(50, 300)).Zip(Gen.Choose(1, 200).ListOf(40)).ToArbitrary(),
        static drawn =>
        {
            var ((requests, tokens), sizes) = drawn;
            var time = new FakeTimeProvider();
            using var pacer = new RequestPacer(new EndpointLimits(requests, tokens, Concurrency: 5), time);
            var sent = new List<(TimeSpan At, int Tokens)>();
            var waiting = sizes.Select(size => (Size: size, Entering: pacer.EnterAsync(size, CancellationToken.None))).ToList();
            for (var second = 0; waiting.Count > 0 && second < 100_000; second++)
            {
                foreach (var entered in waiting.Where(static one => one.Entering.IsCompleted).ToList())
                {
                    // Whoever waits hears of it later than it was.
                    sent.Add((entered.Entering.Result.At, entered.Size));
                    waiting.Remove(entered);
                    entered.Entering.Result.Dispose();
                    second = -1;
                }

                time.Advance(TimeSpan.FromSeconds(1));
            }

            return waiting.Count == 0 && sent.TrueForAll(first =>
            {
                var minute = sent.Where(other => other.At >= first.At && other.At - first.At <= Minute).ToList();
                return minute.Count <= requests && (minute.Sum(static one => one.Tokens) <= tokens || minute.Count == 1);
            });
        });

    private static Task<PacedRequest> Enter(RequestPacer pacer, long tokens = 1) =>
        pacer.EnterAsync(tokens, TestContext.Current.CancellationToken);
}
