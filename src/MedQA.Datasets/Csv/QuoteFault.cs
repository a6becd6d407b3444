namespace MedQA.Datasets.Csv;

/// <summary>Finds quotes that break a record: the parser reads on past them, so that one bad row does not end the file.</summary>
internal static class QuoteFault
{
    /// <summary>Returns what is wrong with the quotes of a record, or <see langword="null"/>.</summary>
    /// <param name="record">The record as it is in the file, with its line end.</param>
    /// <param name="delimiter">What separates its fields.</param>
    /// <param name="lines">How many line ends the record holds.</param>
    public static string? Find(ReadOnlySpan<char> record, char delimiter, int lines)
    {
        if (!record.Contains('"'))
        {
            return null;
        }

        for (var field = 1; ; field++)
        {
            if (record is ['"', ..])
            {
                var length = QuotedLength(record);
                if (length < 0)
                {
                    return $"Field {field} begins with a quote that is never closed, so it contains everything from here to the end of "
                        + "the file. Close it, or double a quote that belongs to the text.";
                }

                record = record[length..];
                if (record.IsEmpty || record[0] is '\r' or '\n')
                {
                    return null;
                }

                if (record[0] != delimiter)
                {
                    return $"Field {field} has text after its closing quote; double a quote inside a quoted field.";
                }
            }

            else if (record.TrimStart(' ') is ['"', ..] quoted && quoted.Length < record.Length
                && QuotedLength(quoted) is > 0 and var whole
                && (whole == quoted.Length || quoted[whole] == delimiter || quoted[whole] is '\r' or '\n'))
            {
                return $"Field {field} has a blank before its opening quote, so that its quotes count as text: remove the blank.";
            }

            var next = record.IndexOf(delimiter);
            if (next < 0)
            {
                return null;
            }

            record = record[(next + 1)..];
        }
    }

    private static int QuotedLength(ReadOnlySpan<char> record)
    {
        var at = 1;
        while (true)
        {
            var quote = record[at..].IndexOf('"');
            if (quote < 0)
            {
                return -1;
            }

            at += quote + 1;
            if (at >= record.Length || record[at] != '"')
            {
                return at;
            }

            at++;
        }
    }
}
