using System.Globalization;

namespace MedQA.Cli.Terminal;

/// <summary>Says for people how far the notice of a run's end has come.</summary>
internal static class NoticeWords
{
    /// <summary>Returns the delivery in words.</summary>
    public static string Of(RunNotice notice)
    {
        var tries = notice.Tries == 1 ? "1 try" : $"{notice.Tries} tries";
        var said = notice.Problem ?? (notice.Status is { } status ? $"status {status.ToString(CultureInfo.InvariantCulture)}." : null);
        return notice.State switch
        {
            NoticeState.Planned => $"Will be sent to '{notice.To}' when the run ends.",
            NoticeState.Sent => $"Sent to '{notice.To}' at {Moment(notice.Tried)}.",
            NoticeState.GivenUp => $"Not delivered to '{notice.To}' and given up after {tries}: {said}",
            _ when said is null => $"Not yet sent to '{notice.To}'.",
            _ when notice.Tries == 0 => $"Not yet sent to '{notice.To}': {said}",
            _ => $"Not delivered to '{notice.To}' after {tries}: {said} The next is at {Moment(notice.Next)}.",
        };
    }

    private static string Moment(DateTimeOffset? moment) =>
        moment is { } known ? known.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) : "an unknown time";
}
