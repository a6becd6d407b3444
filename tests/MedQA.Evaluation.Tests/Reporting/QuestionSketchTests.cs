using MedQA.Evaluation.Reporting;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class QuestionSketchTests
{
    [Fact]
    public void What_two_small_sets_share_is_exact()
    {
        Assert.Equal((2, true), QuestionSketch.Of([1, 2, 3]).Shared(QuestionSketch.Of([3, 2, 9, ulong.MaxValue])));
        Assert.Equal((0, true), QuestionSketch.Of([1]).Shared(QuestionSketch.Of([2])));
        Assert.Equal((3, true), QuestionSketch.Of([1, 2, 3]).Shared(QuestionSketch.Of([1, 2, 3])));
    }

    [Fact]
    public void What_two_large_sets_share_is_estimated()
    {
        var random = new Random(1);
        ulong[] all = [.. Enumerable.Range(0, 30_000).Select(_ => (ulong)random.NextInt64())];
        var (questions, exact) = QuestionSketch.Of(all[..20_000]).Shared(QuestionSketch.Of(all[18_000..]));
        Assert.False(exact);
        Assert.InRange(questions, 1500, 2500);
        Assert.Equal((20_000, false), QuestionSketch.Of(all[..20_000]).Shared(QuestionSketch.Of(all[..20_000])));
        Assert.Equal(0, QuestionSketch.Of(all[..10_000]).Shared(QuestionSketch.Of(all[10_000..])).Questions);
    }

    [Fact]
    public void A_damaged_sketch_is_refused() => Assert.Throws<FormatException>(() => new QuestionSketch(1, "AAAA").Shared(QuestionSketch.Of([1])));
}
