using System.Globalization;

namespace MedQA.Endpoints.Sending;

/// <summary>How long a service asks to wait.</summary>
internal static class RetryAfter
{
    private const double MillisecondsPerDay = 86_400_000;

    /// <summary>
    /// Returns the time that an answer's headers ask for: <c>retry-after-ms</c>, as Azure OpenAI has it, or <c>Retry-After</c> in seconds
    /// or as a date.
    /// </summary>
    /// <returns><see langword="null"/> if they ask for none.</returns>
    public static TimeSpan? Of(HttpResponseMessage response, TimeProvider time)
    {
        var wait = response.Headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.FirstOrDefault(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds is > 0 and < MillisecondsPerDay
                ? TimeSpan.FromMilliseconds(milliseconds)
                : response.Headers.RetryAfter switch
                {
                    { Delta: { } seconds } => seconds,
                    { Date: { } date } => date - time.GetUtcNow(),
                    _ => TimeSpan.Zero,
                };
        return wait > TimeSpan.Zero ? wait : null;
    }
}
