using MedQA.Evaluation.Profiles;

namespace MedQA.Pipeline.Profiles;

/// <summary>Where a host's profiles come from: built in, from files, or both.</summary>
public interface IProfileSource
{
    /// <summary>The names of all profiles, in the order in which people should see them.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The profile of a name, or <see langword="null"/>.</summary>
    /// <exception cref="ProfileException">There is a file of that name and it holds no usable profile.</exception>
    Profile? Find(string name);
}
