namespace MedQA.Evaluation;

/// <summary>Finds the known name closest to one that does not exist.</summary>
public static class ClosestName
{
    /// <summary>The default number of letters that a name may differ in.</summary>
    public const int MaxEdits = 3;

    private const int MaxNameLength = 64;

    /// <summary>Returns the known name with the fewest letters to change, add or take away, ignoring case.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="known">The names that exist.</param>
    /// <param name="most">How many letters it may differ in; fewer than usual for names without a meaning, which are all near each
    /// other.</param>
    /// <returns><see langword="null"/> if even that one differs in more letters, or in all.</returns>
    public static string? Of(string name, IEnumerable<string> known, int most = MaxEdits)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(known);
        return known.Select(candidate => (Name: candidate, Distance: EditDistance(candidate, name)))
            .Where(candidate => candidate.Distance <= most && candidate.Distance < candidate.Name.Length)
            .OrderBy(static candidate => candidate.Distance)
            .FirstOrDefault().Name;
    }

    private static int EditDistance(string left, string right)
    {
        if (right.Length > MaxNameLength)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var same = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + same));
            }
        }

        return row[^1];
    }
}
