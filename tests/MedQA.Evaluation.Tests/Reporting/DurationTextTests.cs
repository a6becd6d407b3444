using MedQA.Evaluation.Reporting;

namespace MedQA.Evaluation.Tests.Reporting;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData(59.2, "59 s")]
    [InlineData(59.6, "1 min 0 s")]
    [InlineData(3599, "59 min 59 s")]
    [InlineData(3599.7, "1 h 0 min")]
    [InlineData(90_061, "1 d 1 h")]
    public void Durations_have_units(double seconds, string text) => Assert.Equal(text, DurationText.Of(TimeSpan.FromSeconds(seconds)));
}
