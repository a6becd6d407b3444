using System.Text;
using System.Text.RegularExpressions;

namespace MedQA.Pipeline.Tracing;

/// <summary>
/// What may be logged of a fault that a question, a model or an uploaded file has brought about: its kinds and where it came from. Its
/// message may quote what was read, so that stays out of logs; people find it in the answer or run that has failed.
/// </summary>
public static partial class FaultText
{
    /// <summary>The kinds of a fault and of what is behind it, each with its stack.</summary>
    public static string Of(Exception? fault)
    {
        var text = new StringBuilder();
        for (var inner = fault; inner is not null; inner = inner.InnerException)
        {
            text.Append(text.Length == 0 ? "" : "\n because of ").Append(inner.GetType().FullName).Append('\n').Append(inner.StackTrace);
        }

        return text.ToString();
    }

    /// <summary>
    /// Returns a fault's message as it may be stored, or sent to anyone who can read the run or answer: each path of this machine is
    /// reduced to its file name.
    /// </summary>
    public static string MessageOf(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return AnyPath.Replace(
            fault.Message, static path => $"{path.Groups["before"]}{path.Value[(path.Value.LastIndexOfAny(['/', '\\']) + 1)..]}");
    }

    /// <summary>
    /// A path from the root: in quotation marks, as messages of .NET have them; or of two parts and more. An address such as
    /// https://host/path is none.
    /// </summary>
    [GeneratedRegex(
        """(?<before>')(?:/|[A-Za-z]:\\|\\\\)[^'\r\n]+"""
            + """|(?<before>^|[\s"(\[=,;])(?:(?:/[^\s'"/,;:()\\]+){2,}|(?:[A-Za-z]:|\\)(?:\\[^\s'",;:()\\]+)+)""",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex AnyPath { get; }
}
