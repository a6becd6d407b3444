namespace MedQA.Functions.Hosting;

/// <summary>Finds folders that settings name.</summary>
internal static class AppFolder
{
    /// <summary>
    /// Resolves a path against the app's folder and those above it, since tools build the app into folders of different depth;
    /// <see langword="null"/> if there is no such folder.
    /// </summary>
    public static string? Find(string folder)
    {
        for (var above = new DirectoryInfo(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            var found = Path.Combine(above.FullName, folder);
            if (Directory.Exists(found))
            {
                return found;
            }
        }

        return null;
    }
}
