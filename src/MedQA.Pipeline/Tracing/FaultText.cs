using System.Text;

namespace MedQA.Pipeline.Tracing;

/// <summary>
/// What may be logged of a fault that a question, a model or an uploaded file has brought about: its kinds and where it came from. Its message may quote what was read, so that stays out of logs;
/// people find it in the answer or run that has failed.
/// </summary>
public static class FaultText
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
}
